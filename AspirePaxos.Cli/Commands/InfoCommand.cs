using System.CommandLine;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;
using AspirePaxos.Launcher;

namespace AspirePaxos.Cli.Commands;

internal sealed class InfoCommand(CommandContext context) : PaxosCommand("info", "Shows how the cluster was found, its status, versions and sizes, and where its files are.", context)
{
    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var reports = await NodeReport.OfAnyAsync(client, stop);
        var launcher = client.Found.Launcher;
        if (Json(line))
        {
            Screen.Json(new
            {
                source = client.Found.Source,
                launcherPid = launcher?.LauncherPid,
                dataDirectory = launcher?.DataDirectory,
                console = ConsoleOf(launcher)?.Url,
                nodes = reports.Select(report => new
                {
                    name = report.Node.Name,
                    url = report.Node.Address,
                    ready = report.Ready,
                    pid = report.Node.Launched?.Pid,
                    output = report.Node.Launched?.Log,
                    printedLogs = report.Node.LogDirectory,
                    status = report.Raw,
                }),
            });
            return ExitCode.Done;
        }

        Screen.Say($"Found by {client.Found.Source}: {string.Join(", ", client.Found.Nodes.Select(node => node.Address))}");
        var clusters = reports.Select(report => report.Status?.ClusterId).OfType<string>().Distinct().ToList();
        Screen.Say($"{(clusters.Count == 1 ? "Cluster" : "DIFFERENT clusters")} {string.Join(", ", clusters)}; mode {reports.Select(report => report.Status?.Mode).First(mode => mode is not null)}.");
        Screen.Line("");
        StatusCommand.Show(Screen, reports);
        Screen.Line("");
        Sizes(reports).WriteTo(Screen);
        if (launcher is not null) ShowFiles(reports, launcher);
        return ExitCode.Done;
    }

    private static Listing Sizes(NodeReport[] reports)
    {
        var listing = new Listing("NODE", "VERSION", "STARTS", "DATABASE", "WAL", "LOG", "SLOTS KEPT", "DROPPED THROUGH") { Dispensable = ["VERSION", "WAL"] };
        foreach (var report in reports.Where(report => report.Status is not null))
        {
            var status = report.Status!;
            listing.Row(
                status.Node, status.Version, status.BootCounter, status.Sizes.DatabaseBytes is { } database ? Shown.Bytes(database) : "-", status.Sizes.WalBytes is { } wal ? Shown.Bytes(wal) : "-",
                Shown.Bytes(status.LogBytes), status.Sizes.LogSlots, status.TruncatedThrough);
        }

        return listing;
    }

    private static ClusterFile.Entry? ConsoleOf(ClusterFile? launcher) => launcher?.Resources.FirstOrDefault(resource => resource.Name == Resource.ConsoleName);

    private void ShowFiles(NodeReport[] reports, ClusterFile launcher)
    {
        Screen.Line("");
        Screen.Say($"AppHost: process {launcher.LauncherPid}, data in {launcher.DataDirectory}. It ends with Ctrl+C in its terminal, or: paxos stop");
        if (ConsoleOf(launcher) is { } console) Screen.Say($"console: {console.Url}, process {console.Pid}, output {console.Log}");
        foreach (var node in reports.Select(report => report.Node))
        {
            if (node.Launched is { } launched) Screen.Say($"{node.Name}: process {launched.Pid}, output {launched.Log}, printed logs {node.LogDirectory}");
        }
    }
}
