using System.Globalization;
using System.Text.Json;
using AspirePaxos.Benchmarks.Load;
using AspirePaxos.Launcher;

namespace AspirePaxos.Benchmarks.Targets;

/// <summary>Three members of etcd on this machine, spoken to through their JSON gateway.</summary>
internal sealed class EtcdTarget : ITarget
{
    private const int Members = 3;

    private readonly string folder;
    private readonly Ports ports = new();
    private readonly HttpClient http = new(new LostConnections(new SocketsHttpHandler())) { Timeout = TimeSpan.FromSeconds(2) };

    private EtcdTarget(string program, string folder)
    {
        this.folder = folder;
        Directory.CreateDirectory(folder);
        int[] taken = [.. ports.Take(2 * Members)];
        var urls = taken.Select(port => $"http://127.0.0.1:{port}").ToArray();
        var all = string.Join(',', Enumerable.Range(0, Members).Select(i => $"etcd{i}={urls[Members + i]}"));
        Nodes = [.. Enumerable.Range(0, Members).Select(i => Member(program, i, urls[i], urls[Members + i], all))];
    }

    public string Name => "etcd";

    public IReadOnlyList<LaunchedResource> Nodes { get; }

    public bool IsExactlyOnce => false;

    /// <exception cref="LaunchRefusedException">etcd is not installed.</exception>
    public static EtcdTarget Start(string parent) => new(FindProgram(), Path.Combine(parent, "etcd"));

    /// <returns>The path of etcd.</returns>
    /// <exception cref="LaunchRefusedException">It is not installed.</exception>
    public static string FindProgram()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, "etcd")).FirstOrDefault(File.Exists)
            ?? throw new LaunchRefusedException("--compare etcd needs a program 'etcd' on the PATH, and there is none. On Debian: apt-get install etcd-server.");
    }

    public RequestTemplate Write(int valueBytes, bool idempotent) => RequestTemplate.EtcdPut(valueBytes);

    public RequestTemplate Read(bool local) => RequestTemplate.EtcdGet(local);

    public async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        for (var i = 0; i < Members; i++)
        {
            while (!await IsReadyAsync(i, cancellation)) await Task.Delay(20, cancellation);
        }
    }

    public Task<bool> IsReadyAsync(int node, CancellationToken cancellation) => Asking.SucceedsAsync(http, new Uri(Nodes[node].Url!, "/health"), cancellation);

    public Task<int?> LeaderAsync(CancellationToken cancellation) => Asking.FirstAsync(Members, async node =>
    {
        using var content = new StringContent("{}");
        using var response = await http.PostAsync(new Uri(Nodes[node].Url!, "/v3/maintenance/status"), content, cancellation);
        if (!response.IsSuccessStatusCode) return false;
        using var status = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation));
        var leader = status.RootElement.TryGetProperty("leader", out var id) ? id.GetString() : null;
        return leader is not null && leader == status.RootElement.GetProperty("header").GetProperty("member_id").GetString();
    }, cancellation);

    public async Task<NodeCounts> CountsAsync(int node, CancellationToken cancellation)
    {
        var metrics = await http.GetStringAsync(new Uri(Nodes[node].Url!, "/metrics"), cancellation);
        return new(Metric(metrics, "etcd_disk_wal_fsync_duration_seconds_count"), null, null, Metric(metrics, "etcd_mvcc_db_total_size_in_bytes"), null, null);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) node.Resume();
        await Task.WhenAll(Nodes.Select(node => node.EndAsync(CancellationToken.None)));
        ports.Dispose();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private LaunchedResource Member(string program, int index, string clients, string peers, string all)
    {
        var name = $"etcd{index}";
        string[] arguments =
        [
            "--name", name, "--data-dir", Path.Combine(folder, name), "--initial-cluster", all, "--initial-cluster-state", "new",
            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--listen-client-urls", clients, "--advertise-client-urls", clients,
            "--log-level", "error", "--quota-backend-bytes", "8589934592",
        ];
        var plan = new ProcessPlan(name, program, arguments, folder, new Dictionary<string, string>(), new Uri(clients), folder);
        return new(plan, Path.Combine(folder, name + ".log"), new Output(TextWriter.Null, coloured: false), () => { }, TimeSpan.FromSeconds(5)) { RestartsByItself = false };
    }

    private static long Metric(string metrics, string name)
    {
        var line = metrics.Split('\n').FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return line is null ? 0 : (long)double.Parse(line[(name.Length + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
