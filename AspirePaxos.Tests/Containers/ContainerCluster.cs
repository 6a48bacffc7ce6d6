using System.Globalization;
using AspirePaxos.Launcher;
using AspirePaxos.Tests.EndToEnd;

namespace AspirePaxos.Tests.Containers;

/// <summary>Three containers of the repository's own image as docker-compose.yaml runs them, with a network, volumes and published ports of their own.</summary>
internal sealed partial class ContainerCluster : ICluster
{
    private readonly string project = $"paxos-test-{Guid.NewGuid():n}"[..20];
    private readonly Ports free = new();
    private readonly Dictionary<string, Uri> urls;
    private readonly Dictionary<string, string> mounts = [];
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly Func<string, IEnumerable<string>> options;
    private readonly HttpClient http = new(new LostConnections(new SocketsHttpHandler())) { Timeout = TimeSpan.FromSeconds(2) };

    private ContainerCluster(IReadOnlyDictionary<string, string>? settings, Func<string, IEnumerable<string>>? options)
    {
        this.settings = settings ?? new Dictionary<string, string>();
        this.options = options ?? (_ => []);
        urls = Names.Zip(free.Take(Names.Count)).ToDictionary(pair => pair.First, pair => new Uri($"http://127.0.0.1:{pair.Second}"));
    }

    public IReadOnlyList<string> Names { get; } = ["node0", "node1", "node2"];

    /// <param name="settings">Environment variables of every replica, as <c>Paxos__Mode</c>.</param>
    /// <param name="data">Folders of this machine that take the place of the volumes of these replicas.</param>
    /// <param name="options">More options of <c>docker run</c> for the replica of that name.</param>
    /// <returns>All replicas are ready.</returns>
    public static async Task<ContainerCluster> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null, IReadOnlyDictionary<string, string>? data = null, Func<string, IEnumerable<string>>? options = null)
    {
        await Engine.RequireAsync();
        var cluster = new ContainerCluster(settings, options);
        try
        {
            await Engine.DockerAsync("network", "create", "--label", Engine.Label, cluster.project);
            foreach (var name in cluster.Names)
            {
                cluster.mounts[name] = data?.GetValueOrDefault(name) ?? cluster.Container(name);
                if (data?.ContainsKey(name) != true) await Engine.DockerAsync("volume", "create", "--label", Engine.Label, cluster.Container(name));
                await cluster.RunAsync(name);
            }

            await cluster.ReadyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public Uri Url(string name) => urls[name];

    public string Output(string name) => Engine.RunAsync("bash", "-c", $"docker logs --tail 200 {Container(name)} 2>&1").GetAwaiter().GetResult();

    public Task KillAsync(string name) => Engine.DockerAsync("kill", Container(name));

    public Task StopAsync(string name) => Engine.DockerAsync("stop", "-t", "15", Container(name));

    public Task StartAsync(string name) => Engine.DockerAsync("start", Container(name));

    public Task PauseAsync(string name) => Engine.DockerAsync("pause", Container(name));

    public Task ResumeAsync(string name) => Engine.DockerAsync("unpause", Container(name));

    public bool IsRunning(string name) => StateAsync(name, ".State.Running").GetAwaiter().GetResult() == "true";

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task<string> ExitCodeAsync(string name) => await Engine.DockerAsync("wait", Container(name));

    /// <summary>Packets of one replica no longer reach the other; silently, while the way back and the published ports stay open.</summary>
    public async Task CutAsync(string from, string to) =>
        await InNetworkOfAsync(to, "iptables", "-w", "-I", "INPUT", "-s", await StateAsync(from, "range .NetworkSettings.Networks", ".IPAddress"), "-j", "DROP");

    /// <summary>Two-way, from all others.</summary>
    public async Task IsolateAsync(string name)
    {
        foreach (var other in Names.Where(other => other != name))
        {
            await CutAsync(name, other);
            await CutAsync(other, name);
        }
    }

    /// <summary>All ways are open again.</summary>
    public async Task HealAsync()
    {
        foreach (var name in Names.Where(IsRunning)) await InNetworkOfAsync(name, "iptables", "-w", "-F", "INPUT");
    }

    /// <summary>A container of that image takes its place, over its old data; asked to end first where it runs.</summary>
    public async Task ReplaceAsync(string name, string revision)
    {
        await StopAsync(name);
        await Engine.DockerAsync("rm", Container(name));
        await RunAsync(name, revision);
    }

    /// <summary>Its volume is lost, and a container with an empty one takes its place.</summary>
    public async Task ReplaceWithEmptyVolumeAsync(string name)
    {
        await Engine.DockerAsync("rm", "-f", Container(name));
        if (mounts[name] == Container(name)) await Engine.DockerAsync("volume", "rm", Container(name));
        await Engine.DockerAsync("volume", "create", "--label", Engine.Label, Container(name));
        mounts[name] = Container(name);
        await RunAsync(name);
    }

    /// <summary>The revision that the image of its container says.</summary>
    public Task<string> RevisionAsync(string name) =>
        Engine.DockerAsync("inspect", "-f", """{{index .Config.Labels "org.opencontainers.image.revision"}}""", Container(name));

    public async Task ReadyAsync(params string[] names)
    {
        foreach (var name in names.Length > 0 ? names : Names)
        {
            await Eventually.HoldsAsync(() => IsReadyAsync(name), () => $"--- {name}, not ready, wrote:\n{Output(name)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        free.Dispose();
        var script = $"docker rm -f -v $(docker ps -aq --filter name=^{project}) ; docker volume rm $(docker volume ls -q --filter name=^{project}) ; docker network rm {project} ; true";
        await Engine.RunAsync("bash", "-c", script);
        folder.Dispose();
    }

    private string Container(string name) => $"{project}-{name}";

    private async Task RunAsync(string name, string revision = "one")
    {
        var environment = new Dictionary<string, string>
        {
            ["Paxos__NodeId"] = name,
            ["Paxos__Replicas"] = string.Join(',', Names),
            ["Paxos__ClusterSecret"] = "a-secret-for-tests-only",
            ["Paxos__DataDirectory"] = "/data",
        };
        foreach (var peer in Names.Where(peer => peer != name)) environment[$"services__{peer}__http__0"] = $"http://{peer}:8080";
        foreach (var (variable, value) in settings) environment[variable] = value;
        await Engine.DockerAsync([
            "run", "-d", "--name", Container(name), "--label", Engine.Label, "--network", project, "--network-alias", name,
            "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true",
            "-p", $"{urls[name].Authority}:8080", "-v", $"{mounts[name]}:/data", .. options(name),
            .. environment.SelectMany(variable => new[] { "-e", $"{variable.Key}={variable.Value}" }), Engine.Image(revision)]);
    }

    private async Task<bool> IsReadyAsync(string name)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(Url(name), "/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private async Task<int> PidAsync(string name) => int.Parse(await StateAsync(name, ".State.Pid"), CultureInfo.InvariantCulture);

    private async Task InNetworkOfAsync(string name, params string[] command) =>
        await Engine.RunAsync("nsenter", ["-t", $"{await PidAsync(name)}", "-n", .. command]);

    private Task<string> StateAsync(string name, string field, string? ofEach = null) =>
        Engine.DockerAsync("inspect", "-f", ofEach is null ? $"{{{{{field}}}}}" : $"{{{{{field}}}}}{{{{{ofEach}}}}}{{{{end}}}}", Container(name));
}
