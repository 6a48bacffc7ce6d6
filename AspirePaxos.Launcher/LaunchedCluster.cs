using System.Diagnostics;

namespace AspirePaxos.Launcher;

/// <summary>The manifest's resources, running on this machine. Disposing stops them all.</summary>
public sealed class LaunchedCluster : IAsyncDisposable
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeWhileStarting = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ProbeWhileRunning = TimeSpan.FromSeconds(1);

    private readonly DataFolder data;
    private readonly Ports ports;
    private readonly Lock turn = new();
    private readonly CancellationTokenSource ending = new();
    private readonly HttpClient probe = new(new LostConnections(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) })) { Timeout = ProbeTimeout };
    private readonly List<LaunchedResource> resources = [];
    private readonly Task watching;
    private bool ended;

    private LaunchedCluster(Manifest manifest, DataFolder data, Ports ports, IReadOnlyList<ProcessPlan> plans, Output output, LaunchOptions options)
    {
        this.data = data;
        this.ports = ports;
        Replicas = Topology.ReplicaNames(manifest);
        output.Names(plans.Select(plan => plan.Name));
        lock (turn)
        {
            foreach (var plan in plans) resources.Add(new(plan, plan.LogDirectory + ".log", output, Announce, options.StopTimeout));
        }

        watching = Task.WhenAll(resources.Where(resource => resource.Url is not null).Select(WatchAsync));
    }

    public IReadOnlyList<LaunchedResource> Resources => resources;

    public LaunchedResource this[string name] => resources.Single(resource => resource.Name == name);

    /// <summary>The names of those that form the replicated cluster.</summary>
    public IReadOnlyList<string> Replicas { get; }

    /// <summary>Shows them in a browser; null where it is left out.</summary>
    public LaunchedResource? Console => resources.Find(resource => resource.IsConsole);

    public string DataDirectory => data.Path;

    /// <param name="output">Null: nothing is printed.</param>
    /// <exception cref="LaunchRefusedException">It cannot be run; nothing was started.</exception>
    public static LaunchedCluster Start(LaunchOptions options, TextWriter? output = null) =>
        Start(options, new Output(output ?? TextWriter.Null, coloured: false));

    internal static LaunchedCluster Start(LaunchOptions options, Output output)
    {
        var manifest = ManifestReader.Read(options.ManifestPath ?? ManifestReader.Find(AppContext.BaseDirectory, Directory.GetCurrentDirectory()));
        if (options.Nodes is { } nodes) manifest = Topology.Resize(manifest, nodes);
        if (!options.WithConsole) manifest = Topology.WithoutConsole(manifest);
        var path = options.DataDirectory ?? Path.Combine(manifest.Directory, ".paxos");
        var data = DataFolder.Open(path, options.Fresh, manifest.Resources.SelectMany(resource => resource.Volumes).Select(volume => volume.Name));
        var ports = new Ports();
        try
        {
            var replicas = Topology.ReplicaNames(manifest);
            if (!options.Fresh) data.RequireTopology(replicas);
            manifest = ports.Assign(manifest, options.PortBase);
            ports.RequireFree(manifest);

            // Nothing is deleted for a run that is refused.
            if (options.Fresh) data.Clear();
            var plans = ProcessPlan.All(manifest, data, options);
            data.Claim(replicas, manifest.Resources.SelectMany(resource => resource.Volumes));
            if (plans.FirstOrDefault(plan => plan.IsConsole)?.Url is { } console) output.Write($"Console  {console.ToString().TrimEnd('/')}");
            output.Write($"{manifest.Path}: {string.Join(", ", manifest.Resources.Select(resource => resource.Name))}; data in {data.Path}");
            foreach (var (name, reason) in manifest.Skipped) output.Write($"{name} is not started: {reason}.");
            return new(manifest, data, ports, plans, output, options);
        }
        catch
        {
            ports.Dispose();
            data.Dispose();
            throw;
        }
    }

    /// <summary>Every resource has answered its readiness probe with success; the console is not waited for.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellation = default)
    {
        while (!resources.TrueForAll(resource => resource.IsReady || resource.IsConsole)) await Task.Delay(20, cancellation);
    }

    /// <param name="impatient">When cancelled what still runs is killed.</param>
    public async Task StopAsync(CancellationToken impatient = default)
    {
        lock (turn)
        {
            if (ended) return;
            ended = true;
        }

        await ending.CancelAsync();
        await Task.WhenAll(resources.Select(resource => resource.EndAsync(impatient)));
        await watching;
        probe.Dispose();
        ports.Dispose();
        data.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private void Announce()
    {
        lock (turn)
        {
            if (!ended) data.Announce(new(Environment.ProcessId, data.Path, [.. resources.Select(resource => resource.Describe())]));
        }
    }

    private async Task WatchAsync(LaunchedResource resource)
    {
        while (!ending.IsCancellationRequested)
        {
            if (resource.IsRunning)
            {
                var start = resource.Starts;
                var (isReady, answer) = await ProbeAsync(new(resource.Url!, "/health/ready"));
                // An answer of a process that has been replaced meanwhile says nothing about the new one.
                if (start == resource.Starts && !ending.IsCancellationRequested) resource.Probed(isReady, answer);
            }

            await Task.Delay(resource.IsReady ? ProbeWhileRunning : ProbeWhileStarting, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<(bool IsReady, string Answer)> ProbeAsync(Uri url)
    {
        try
        {
            using var response = await probe.GetAsync(url, ending.Token);
            return (response.IsSuccessStatusCode, $"{url} answers {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(ending.Token)}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return (false, $"{url} does not answer");
        }
    }
}
