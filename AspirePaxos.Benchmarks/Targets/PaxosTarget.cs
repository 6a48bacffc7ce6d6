using System.Text.Json;
using AspirePaxos.Benchmarks.Load;
using AspirePaxos.Launcher;

namespace AspirePaxos.Benchmarks.Targets;

/// <summary>Three nodes of this repository, started by the launcher from the manifest, with data of their own.</summary>
internal sealed class PaxosTarget : ITarget
{
    private readonly LaunchedCluster cluster;
    private readonly string folder;
    private readonly HttpClient http = new(new LostConnections(new SocketsHttpHandler())) { Timeout = TimeSpan.FromSeconds(2) };

    private PaxosTarget(LaunchedCluster cluster, string folder)
    {
        this.cluster = cluster;
        this.folder = folder;
        Nodes = [.. cluster.Replicas.Select(name => cluster[name])];
        foreach (var node in Nodes) node.RestartsByItself = false;
    }

    public string Name => "paxos";

    public IReadOnlyList<LaunchedResource> Nodes { get; }

    public bool IsExactlyOnce => true;

    /// <exception cref="LaunchRefusedException">It cannot be run; the message says why.</exception>
    public static PaxosTarget Start(string parent)
    {
        var folder = Path.Combine(parent, "paxos");
        return new(LaunchedCluster.Start(new LaunchOptions { DataDirectory = folder, Fresh = true, PortBase = 0, WithConsole = false }), folder);
    }

    public RequestTemplate Write(int valueBytes, bool idempotent) => RequestTemplate.Put(valueBytes, idempotent);

    public RequestTemplate Read(bool local) => RequestTemplate.Get(local);

    public Task WaitUntilReadyAsync(CancellationToken cancellation) => cluster.WaitUntilReadyAsync(cancellation);

    public Task<bool> IsReadyAsync(int node, CancellationToken cancellation) => Asking.SucceedsAsync(http, new Uri(Nodes[node].Url!, "/health/ready"), cancellation);

    public Task<int?> LeaderAsync(CancellationToken cancellation) => Asking.FirstAsync(Nodes.Count, async node =>
    {
        using var status = await StatusAsync(node, cancellation);
        return status.RootElement.GetProperty("role").GetString() == "leader";
    }, cancellation);

    public async Task<NodeCounts> CountsAsync(int node, CancellationToken cancellation)
    {
        using var status = await StatusAsync(node, cancellation);
        var (work, sizes) = (status.RootElement.GetProperty("work"), status.RootElement.GetProperty("sizes"));
        return new(
            work.GetProperty("syncs").GetInt64(), work.GetProperty("rounds").GetInt64(), work.GetProperty("commands").GetInt64(),
            sizes.GetProperty("databaseBytes").GetInt64(), sizes.GetProperty("walBytes").GetInt64(), sizes.GetProperty("logSlots").GetInt64());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) node.Resume();
        await cluster.DisposeAsync();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<JsonDocument> StatusAsync(int node, CancellationToken cancellation)
    {
        using var stream = await http.GetStreamAsync(new Uri(Nodes[node].Url!, "/v1/status"), cancellation);
        return await JsonDocument.ParseAsync(stream, cancellationToken: cancellation);
    }
}
