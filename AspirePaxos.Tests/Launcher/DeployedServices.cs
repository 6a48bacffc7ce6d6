using System.Text.Json;
using System.Text.RegularExpressions;

namespace AspirePaxos.Tests.Launcher;

/// <summary>What the manifest and the compose file say about the services, in the same words, one fact a line: so the two can be compared.</summary>
internal static partial class DeployedServices
{
    /// <summary>The manifest does not have them: whoever runs the containers sets them, Aspire as well.</summary>
    private static readonly string[] SetByTheHost = ["OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_ENDPOINT"];

    public static SortedSet<string> OfManifest(string text)
    {
        var facts = new SortedSet<string>(StringComparer.Ordinal);
        var resources = JsonDocument.Parse(text).RootElement.GetProperty("resources");
        foreach (var (name, json) in resources.EnumerateObject().Where(r => r.Value.GetProperty("type").GetString() == "container.v1").Select(r => (r.Name, r.Value)))
        {
            facts.Add($"{name} is a service");
            foreach (var setting in json.GetProperty("env").EnumerateObject()) facts.Add(Setting(name, setting.Name, InNetwork(setting.Value.GetString()!, resources)));
            foreach (var binding in json.GetProperty("bindings").EnumerateObject()) facts.Add(Port(name, binding.Value.GetProperty("port"), binding.Value.GetProperty("targetPort")));
            foreach (var volume in json.GetProperty("volumes").EnumerateArray()) facts.Add(Mount(name, volume.GetProperty("name"), volume.GetProperty("target")));
        }

        return facts;
    }

    /// <summary>Reads our own file, not any: two blanks for each level, settings as a map, volumes in the long form.</summary>
    public static SortedSet<string> OfCompose(string text)
    {
        var facts = new SortedSet<string>(StringComparer.Ordinal);
        var (section, service, source) = ("", "", "");
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd()))
        {
            if (Section().Match(line) is { Success: true } top) section = top.Groups[1].Value;
            if (section != "services") continue;
            if (Service().Match(line) is { Success: true } named) facts.Add($"{service = named.Groups[1].Value} is a service");
            else if (PortLine().Match(line) is { Success: true } port) facts.Add(Port(service, port.Groups[1], port.Groups[2]));
            else if (SourceLine().Match(line) is { Success: true } from) source = from.Groups[1].Value;
            else if (TargetLine().Match(line) is { Success: true } to) facts.Add(Mount(service, source, to.Groups[1]));
            else if (SettingLine().Match(line) is { Success: true } set && !SetByTheHost.Contains(set.Groups[1].Value)) facts.Add(Setting(service, set.Groups[1].Value, Given(set.Groups[2].Value)));
        }

        return facts;
    }

    private static string Setting(string service, string key, string value) => $"{service} has {key}={value}";

    private static string Port(string service, object host, object container) => $"{service} publishes {host}:{container}";

    private static string Mount(string service, object volume, object target) => $"{service} mounts {volume}:{target}";

    /// <summary>As containers of one network see it: by the service's name, at the container's port.</summary>
    private static string InNetwork(string value, JsonElement resources) => BindingExpression().Replace(value, match =>
    {
        var binding = resources.GetProperty(match.Groups[1].Value).GetProperty("bindings").GetProperty(match.Groups[2].Value);
        var port = binding.GetProperty("targetPort").ToString();
        return match.Groups[3].Value == "url" ? $"{binding.GetProperty("scheme")}://{match.Groups[1].Value}:{port}" : port;
    });

    /// <summary>A variable of whoever starts the containers is a parameter of the manifest: CLUSTER_SECRET is cluster-secret.</summary>
    private static string Given(string value) =>
        Variable().Replace(value, match => $"{{{match.Groups[1].Value.Replace('_', '-').ToLowerInvariant()}.value}}");

    [GeneratedRegex(@"^([\w-]+):")]
    private static partial Regex Section();

    [GeneratedRegex(@"^  ([\w-]+):$")]
    private static partial Regex Service();

    [GeneratedRegex(@"^      - ""(?:.*:)?(\d+):(\d+)""$")]
    private static partial Regex PortLine();

    [GeneratedRegex(@"^        source: (\S+)$")]
    private static partial Regex SourceLine();

    [GeneratedRegex(@"^        target: (\S+)$")]
    private static partial Regex TargetLine();

    [GeneratedRegex(@"^      (\w+): ""(.*)""$")]
    private static partial Regex SettingLine();

    [GeneratedRegex(@"\{([\w-]+)\.bindings\.(\w+)\.(url|targetPort)\}")]
    private static partial Regex BindingExpression();

    [GeneratedRegex(@"\$\{(\w+)[^}]*\}")]
    private static partial Regex Variable();
}
