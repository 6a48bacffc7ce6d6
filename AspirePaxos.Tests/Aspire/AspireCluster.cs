using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using AspirePaxos.Launcher;
using AspirePaxos.Tests.EndToEnd;
using AspirePaxos.Tests.Launcher;
using Microsoft.Extensions.DependencyInjection;

namespace AspirePaxos.Tests.Aspire;

/// <summary>The AppHost as it is, run by Aspire's orchestrator on ports and data of its own. Signals need Linux: the processes are found in /proc.</summary>
internal sealed class AspireCluster : ICluster
{
    /// <summary>Of the snapshot of a project: the process that Aspire started, which is <c>dotnet run</c>; the node is below it.</summary>
    private const string ProcessId = "executable.pid";

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly TemporaryFolder folder;
    private readonly DistributedApplication app;

    private AspireCluster(TemporaryFolder folder, DistributedApplication app, IReadOnlyList<string> names)
    {
        this.folder = folder;
        this.app = app;
        Names = names;
    }

    public IReadOnlyList<string> Names { get; }

    /// <param name="settings">Environment variables of every replica, as <c>Paxos__Mode</c>.</param>
    /// <returns>All replicas are ready.</returns>
    public static async Task<AspireCluster> StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var folder = new TemporaryFolder();
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AspirePaxos_AppHost>(["--data", folder.In("data")]);
        var nodes = builder.Resources.OfType<ProjectResource>().Where(project => project.Name.StartsWith("node", StringComparison.Ordinal)).ToList();
        foreach (var node in nodes)
        {
            foreach (var (name, value) in settings ?? new Dictionary<string, string>()) builder.CreateResourceBuilder(node).WithEnvironment(name, value);
        }

        var cluster = new AspireCluster(folder, await builder.BuildAsync(), [.. nodes.Select(node => node.Name)]);
        try
        {
            await cluster.app.StartAsync();
            await cluster.ReadyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public Uri Url(string name) => app.GetEndpoint(name, "http");

    public string Output(string name)
    {
        var lines = app.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(Resource(name));
        return string.Join('\n', lines.ToBlockingEnumerable().SelectMany(batch => batch).Select(line => line.Content));
    }

    public async Task KillAsync(string name)
    {
        if (Node(name) is { } process) process.Kill();
        await EndedAsync(name);
    }

    public async Task StopAsync(string name)
    {
        if (Node(name) is { } process) Signals.AskToEnd(process);
        await EndedAsync(name);
    }

    public async Task StartAsync(string name)
    {
        await EndedAsync(name);
        var started = await app.ResourceCommands.ExecuteCommandAsync(Resource(name), KnownResourceCommands.StartCommand);
        Assert.True(started.Success, $"{name}: {started.Message}");
        await Eventually.HoldsAsync(() => IsRunning(name), $"{name} runs");
    }

    public Task PauseAsync(string name)
    {
        Signals.Suspend(Node(name)!);
        return Task.CompletedTask;
    }

    public Task ResumeAsync(string name)
    {
        Signals.Resume(Node(name)!);
        return Task.CompletedTask;
    }

    public bool IsRunning(string name) => Node(name) is not null;

    public Task ReadyAsync(params string[] names)
    {
        var awaited = names.Length > 0 ? names : [.. Names];
        return Eventually.HoldsAsync(
            async () =>
            {
                foreach (var name in awaited)
                {
                    if (!await IsReadyAsync(name)) return false;
                }

                return true;
            },
            () => string.Join('\n', awaited.Select(name => $"--- {name} wrote:\n{Output(name)}")));
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
        folder.Dispose();
    }

    private IResource Resource(string name) => app.Services.GetRequiredService<DistributedApplicationModel>().Resources.Single(resource => resource.Name == name);

    private async Task<bool> IsReadyAsync(string name)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(Url(name), "/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private Task EndedAsync(string name) => app.ResourceNotifications
        .WaitForResourceAsync(name, now => KnownResourceStates.TerminalStates.Contains(now.Snapshot.State?.Text ?? ""))
        .WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Null where it does not run, or has not begun to.</summary>
    private Process? Node(string name)
    {
        if (!app.ResourceNotifications.TryGetCurrentState(name, out var now)) return null;
        var found = now.Snapshot.Properties.FirstOrDefault(property => property.Name == ProcessId)?.Value;
        if (found is null) return null;
        var pending = new Stack<int>([Convert.ToInt32(found, CultureInfo.InvariantCulture)]);
        while (pending.TryPop(out var pid))
        {
            if (IsNode(pid)) return Process.GetProcessById(pid);
            foreach (var child in Children(pid)) pending.Push(child);
        }

        return null;
    }

    /// <summary>The program's own executable, or the runtime with its assembly; not <c>dotnet run</c> with its project.</summary>
    private static bool IsNode(int pid) => ReadProc($"{pid}/cmdline").Split('\0').Take(2)
        .Any(part => Path.GetFileName(part) is "AspirePaxos.Node" or "AspirePaxos.Node.dll");

    private static IEnumerable<int> Children(int pid) => Directory.Exists($"/proc/{pid}/task")
        ? Directory.EnumerateDirectories($"/proc/{pid}/task")
            .SelectMany(thread => ReadProc($"{pid}/task/{Path.GetFileName(thread)}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture))
        : [];

    /// <summary>Empty where the process is gone.</summary>
    private static string ReadProc(string path)
    {
        try
        {
            return File.ReadAllText("/proc/" + path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
