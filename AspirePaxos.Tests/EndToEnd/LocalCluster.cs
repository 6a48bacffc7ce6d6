using AspirePaxos.Launcher;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>Real processes of the built Node, started by the launcher from the manifest, on free ports, with data of their own.</summary>
internal sealed class LocalCluster : ICluster
{
    private readonly TemporaryFolder folder = new();
    private readonly LaunchedCluster launched;

    private LocalCluster(int nodes, IReadOnlyDictionary<string, string>? settings, bool console)
    {
        launched = LaunchedCluster.Start(new()
        {
            DataDirectory = folder.In("data"),
            PortBase = 0,
            WithConsole = console,
            Nodes = nodes,
            Environment = settings ?? new Dictionary<string, string>(),
        });

        // A test decides itself when a replica comes back.
        foreach (var resource in launched.Resources) resource.RestartsByItself = false;
    }

    public IReadOnlyList<string> Names => launched.Replicas;

    public string DataDirectory => launched.DataDirectory;

    public Uri ConsoleUrl => launched.Console!.Url!;

    /// <param name="settings">Environment variables of every replica, as <c>Paxos__Mode</c>.</param>
    /// <returns>All replicas are ready, and the console where there is one.</returns>
    public static async Task<LocalCluster> StartAsync(int nodes = 3, IReadOnlyDictionary<string, string>? settings = null, bool console = false)
    {
        var cluster = new LocalCluster(nodes, settings, console);
        try
        {
            await cluster.ReadyAsync();
            if (console) await cluster.ReadyAsync(cluster.launched.Console!.Name);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public Uri Url(string name) => launched[name].Url!;

    public int Pid(string name) => launched[name].Pid;

    public string Output(string name) => string.Join('\n', launched[name].Lines);

    public Task KillAsync(string name) => launched[name].KillAsync();

    public Task StopAsync(string name) => launched[name].StopAsync();

    public Task StartAsync(string name)
    {
        launched[name].Start();
        return Task.CompletedTask;
    }

    public Task PauseAsync(string name)
    {
        launched[name].Pause();
        return Task.CompletedTask;
    }

    public Task ResumeAsync(string name)
    {
        launched[name].Resume();
        return Task.CompletedTask;
    }

    public bool IsRunning(string name) => launched[name].IsRunning;

    public Task ReadyAsync(params string[] names)
    {
        var awaited = names.Length > 0 ? names : [.. Names];
        return Eventually.HoldsAsync(
            () => awaited.All(name => launched[name].IsReady),
            () => string.Join('\n', awaited.Where(name => !launched[name].IsReady).Select(name => $"--- {name}, not ready, wrote:\n{Output(name)}")));
    }

    public async ValueTask DisposeAsync()
    {
        await launched.DisposeAsync();
        folder.Dispose();
    }
}
