using System.Globalization;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.Containers;

/// <summary>The repository's compose files themselves, with names and addresses that disturb no other cluster.</summary>
internal sealed partial class ContainerCluster
{
    private readonly TemporaryFolder folder = new();

    /// <summary>docker-compose.yaml and its override, as they are but for what must not be shared.</summary>
    /// <returns>All replicas are ready.</returns>
    public static async Task<ContainerCluster> ComposeAsync()
    {
        await Engine.RequireAsync();
        var compose = await Engine.ComposeAsync();
        var cluster = new ContainerCluster(null, null);
        try
        {
            // The ports are the file's; the whole of 127.0.0.0/8 is this machine.
            var address = $"127.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(256)}.{Random.Shared.Next(1, 255)}";
            foreach (var (name, index) in cluster.Names.Select((name, index) => (name, index))) cluster.urls[name] = new Uri($"http://{address}:{8000 + index}");
            foreach (var name in cluster.Names) await Engine.RunAsync("mkdir", "-m", "a+rwx", cluster.folder.In(name));
            await Engine.RunAsync(
                "env", ["CLUSTER_SECRET=a-secret-for-tests-only", $"PAXOS_BIND={address}", .. compose, "-p", cluster.project, "-f", "docker-compose.yaml",
                "-f", "docker-compose.override.yaml", "-f", cluster.folder.Write("names.yaml", cluster.OwnNames()), "up", "-d", "--no-build", .. cluster.Names]);
            await cluster.ReadyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9 as the kernel does it when memory ends: the engine sees the process die, and does what the restart policy says.</summary>
    public async Task KillProcessAsync(string name) => await Engine.RunAsync("kill", "-9", $"{await PidAsync(name)}");

    /// <summary>How often the engine has started it again by itself.</summary>
    public async Task<int> RestartsAsync(string name) => int.Parse(await StateAsync(name, ".RestartCount"), CultureInfo.InvariantCulture);

    /// <summary>A third compose file.</summary>
    private string OwnNames() => $"""
        services:
        {string.Concat(Names.Select(OwnNames))}
        networks:
          paxos_network:
            name: {project}
            labels: ["{Engine.Label}"]
        volumes:
        {string.Concat(Names.Select(name => $"  {name}-data:\n    labels: [\"{Engine.Label}\"]\n"))}
        """;

    private string OwnNames(string name) => $"""
          {name}:
            image: {Engine.Image()}
            container_name: {Container(name)}
            labels: ["{Engine.Label}"]
            volumes:
              - type: bind
                source: {folder.In(name)}
                target: /logs

        """;
}
