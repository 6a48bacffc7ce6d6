using System.Text.Json;
using System.Text.RegularExpressions;

namespace AspirePaxos.Tests.Deployment;

/// <summary>What the manifest, the compose file and the pods say about the services, in the same words, one fact a line: so they can be compared.</summary>
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
            foreach (var binding in json.GetProperty("bindings").EnumerateObject()) facts.Add(Port(name, $"{binding.Value.GetProperty("port")}:{binding.Value.GetProperty("targetPort")}"));
            if (!json.TryGetProperty("volumes", out var volumes)) continue;
            foreach (var volume in volumes.EnumerateArray()) facts.Add(Mount(name, volume.GetProperty("name"), volume.GetProperty("target")));
        }

        return facts;
    }

    public static SortedSet<string> OfCompose(string text)
    {
        var facts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (name, service) in ComposeFile.Parse(text).Services)
        {
            facts.Add($"{name} is a service");
            foreach (var (key, value) in service.Environment.Where(set => !SetByTheHost.Contains(set.Key))) facts.Add(Setting(name, key, Given(value)));
            foreach (var port in service.Ports) facts.Add(Port(name, HostPart().Replace(port, "")));
            foreach (var mount in service.Volumes) facts.Add(Mount(name, mount.Source, mount.Target));
        }

        return facts;
    }

    /// <summary>Settings and mounts, with the names that the manifest has: a pod is found under a longer name, and may know its own address.</summary>
    public static SortedSet<string> OfPods(KubernetesFile file)
    {
        var facts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (pod, ordinal) in file.Pods.Select((pod, ordinal) => (pod, ordinal)))
        {
            var name = $"node{ordinal}";
            facts.Add($"{name} is a service");
            AddSettings(name, file.EnvironmentOf(pod, secret: "{cluster-secret.value}").Where(set => set.Key != $"services__{pod}__http__0"));

            foreach (var claim in file.Claims) facts.Add(Mount(name, $"{name}-{claim.Metadata.Name}", file.MountOf(claim.Metadata.Name)));
        }

        var console = file.Console.Name;
        facts.Add($"{console} is a service");
        AddSettings(console, file.Console.Env.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)));
        return facts;

        void AddSettings(string service, IEnumerable<KeyValuePair<string, string>> environment)
        {
            foreach (var (key, value) in environment.Where(set => !SetByTheHost.Contains(set.Key))) facts.Add(Setting(service, AsInManifest(key), AsInManifest(value)));
        }

        string AsInManifest(string text) => file.Pods.Select((pod, ordinal) => (pod, ordinal)).Aggregate(text, (changed, named) => changed
            .Replace($"{named.pod}.{file.StatefulSet.Spec.ServiceName}", $"node{named.ordinal}", StringComparison.Ordinal)
            .Replace(named.pod, $"node{named.ordinal}", StringComparison.Ordinal));
    }

    private static string Setting(string service, string key, string value) => $"{service} has {key}={value}";

    private static string Port(string service, string mapping) => $"{service} publishes {mapping}";

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

    /// <summary>The address before the last two numbers of a published port.</summary>
    [GeneratedRegex(@"^.*:(?=\d+:\d+$)")]
    private static partial Regex HostPart();

    [GeneratedRegex(@"\{([\w-]+)\.bindings\.(\w+)\.(url|targetPort)\}")]
    private static partial Regex BindingExpression();

    [GeneratedRegex(@"\$\{(\w+)[^}]*\}")]
    private static partial Regex Variable();
}
