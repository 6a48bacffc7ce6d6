using System.Text.RegularExpressions;
using AspirePaxos.Launcher;

namespace AspirePaxos.Cli.Cluster;

/// <summary>Finds the cluster: as told, else what an AppHost runs on this machine, else the ports of the manifest and of compose.</summary>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="directory">Where the search for a data folder begins; it goes on upwards.</param>
internal sealed partial class ClusterFinder(Func<string, string?> environment, string directory)
{
    public const string Variable = "PAXOS_ENDPOINTS";
    public const string DefaultEndpoints = "http://127.0.0.1:8000,http://127.0.0.1:8001,http://127.0.0.1:8002";

    private const string DefaultFolder = ".paxos";

    /// <param name="endpoints">Addresses separated by commas; null: not told.</param>
    /// <param name="data">The data folder of an AppHost; null: not told.</param>
    public FoundCluster Find(string? endpoints, string? data)
    {
        var launcher = RunningLauncher(data);
        if (endpoints is not null) return Told(endpoints, "--endpoints", launcher);
        if (data is null && environment(Variable) is { Length: > 0 } variable) return Told(variable, Variable, launcher);
        if (launcher is not null) return Launched(launcher);
        if (data is not null)
        {
            throw new CommandFailedException(
                ExitCode.Unavailable, $"No AppHost runs a cluster in {Path.GetFullPath(data, directory)}.",
                $"Start one: dotnet run --project AspirePaxos.AppHost -- --data {data}. Or name the nodes: --endpoints URL,URL.");
        }

        var all = Told(DefaultEndpoints, "the default addresses", null);
        return all with { Nodes = [.. all.Nodes.Select((node, i) => node with { Name = $"node{i}" })] };
    }

    private static FoundCluster Told(string endpoints, string source, ClusterFile? launcher)
    {
        var nodes = endpoints.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text => Parse(text, source)).ToList();
        if (nodes.Count == 0) throw Wrong(source, "names no address");
        if (nodes.GroupBy(url => url).FirstOrDefault(same => same.Count() > 1) is { } twice) throw Wrong(source, $"names {twice.Key.GetLeftPart(UriPartial.Authority)} twice");
        return new([.. nodes.Select(url => Known(url, launcher))], source, launcher is not null && nodes.Exists(url => EntryOf(url, launcher) is not null) ? launcher : null);
    }

    private static FoundCluster Launched(ClusterFile launcher) => new(
        [.. launcher.Resources.Where(resource => resource.Url is not null && ReplicaName().IsMatch(resource.Name)).Select(resource => new NodeAddress(resource.Name, new Uri(resource.Url!), resource))],
        $"the AppHost with its data in {launcher.DataDirectory}",
        launcher);

    private static NodeAddress Known(Uri url, ClusterFile? launcher)
    {
        var entry = EntryOf(url, launcher);
        return new(entry?.Name ?? url.Authority, url, entry);
    }

    private static ClusterFile.Entry? EntryOf(Uri url, ClusterFile? launcher) =>
        launcher?.Resources.FirstOrDefault(resource => resource.Url is not null && new Uri(resource.Url) == url);

    private static Uri Parse(string text, string source)
    {
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        if (!Uri.TryCreate(whole, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            throw Wrong(source, $"names '{text}', which is no http address");
        if (url.PathAndQuery != "/" || url.Fragment.Length > 0 || url.UserInfo.Length > 0) throw Wrong(source, $"names '{text}', which is more than scheme, host and port");
        return url;
    }

    private static CommandFailedException Wrong(string source, string what) => new(ExitCode.WrongUsage, $"{source} {what}.", $"It lists nodes separated by commas, as in {DefaultEndpoints}.");

    /// <summary>The one that is alive; its file stays behind when it is killed.</summary>
    private ClusterFile? RunningLauncher(string? data)
    {
        var folders = data is not null ? [Path.GetFullPath(data, directory)] : Upwards().Select(folder => Path.Combine(folder, DefaultFolder));
        return folders.Select(folder => ClusterFile.TryRead(Path.Combine(folder, DataFolder.ClusterFileName))).FirstOrDefault(file => file is not null && Signals.IsAlive(file.LauncherPid));
    }

    private IEnumerable<string> Upwards()
    {
        for (var folder = new DirectoryInfo(directory); folder is not null; folder = folder.Parent) yield return folder.FullName;
    }

    [GeneratedRegex("^node[0-9]+$")]
    private static partial Regex ReplicaName();
}
