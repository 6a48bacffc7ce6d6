using AspirePaxos.KeyValue;
using AspirePaxos.Node;
using AspirePaxos.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AspirePaxos.Tests.Transport;

/// <summary>The program's own composition, several times in this process, on free loopback ports that change with every start.</summary>
internal sealed class NodesInProcess : IAsyncDisposable
{
    public const string Secret = "a-secret-for-tests-only";

    /// <summary>Nobody listens there; a node's real address is known only once it has started.</summary>
    private const string NoAddress = "http://127.0.0.1:1";

    private readonly string directory = Path.Combine(Path.GetTempPath(), $"paxos-{Guid.NewGuid():n}");
    private readonly Mode mode;
    private readonly string[] names;
    private readonly Dictionary<string, WebApplication> running = [];
    private readonly Dictionary<string, string?> changed;

    /// <param name="changed">Settings of all nodes beside the usual ones.</param>
    public NodesInProcess(int count = 3, Mode mode = Mode.Multi, Dictionary<string, string?>? changed = null)
    {
        this.changed = changed ?? [];
        this.mode = mode;
        names = [.. Enumerable.Range(0, count).Select(i => $"node{i}")];
    }

    public IEnumerable<string> Running => running.Keys;

    public string DirectoryOf(string node) => Path.Combine(directory, node);

    public ReplicaLoop this[string node] => running[node].Services.GetRequiredService<ReplicaLoop>();

    public Uri Address(string node) => new(running[node].Urls.First());

    public async Task StartAsync(params string[] nodes)
    {
        foreach (var node in nodes.Length == 0 ? names : nodes)
        {
            var app = NodeApplication.Build(Builder(node));
            await app.StartAsync();
            running.Add(node, app);
        }

        foreach (var app in running.Values)
        {
            foreach (var peer in running.Keys) app.Configuration[$"services:{peer}:http:0"] = running[peer].Urls.First();
            ((IConfigurationRoot)app.Configuration).Reload();
        }
    }

    public async Task StopAsync(string node)
    {
        running.Remove(node, out var app);
        await app!.StopAsync();
        await app.DisposeAsync();
    }

    public async Task<string> LeaderAsync()
    {
        string? leader = null;
        await Eventually.HoldsAsync(
            () => (leader = running.Keys.FirstOrDefault(node => this[node].Status is { Role: Role.Leader, HasRecentQuorum: true })) is not null
                && running.Keys.All(node => this[node].Status.Leader.Name == leader),
            Describe);
        return leader!;
    }

    public async Task ReadyAsync() => await Eventually.HoldsAsync(() => running.Keys.All(node => this[node].Status.HasRecentQuorum), Describe);

    public async Task<Outcome> PutAsync(string node, string key, string value) =>
        await this[node].WriteAsync(new Put(key, System.Text.Encoding.UTF8.GetBytes(value)).Encode(), default);

    public async Task<string?> GetAsync(string node, string key)
    {
        var answer = await this[node].ReadAsync(Consistency.Linearizable, store => store.Get(key));
        Assert.True(answer.Ok);
        return answer.Value is { } found ? System.Text.Encoding.UTF8.GetString(found.Value.Span) : null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in running.Keys.ToArray()) await StopAsync(node);
        Directory.Delete(directory, recursive: true);
    }

    private string Describe() => string.Join('\n', running.Keys.Select(node => this[node].Status.ToString()));

    private WebApplicationBuilder Builder(string node)
    {
        var builder = WebApplication.CreateBuilder();
        var settings = new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Paxos:NodeId"] = node,
            ["Paxos:Replicas"] = string.Join(',', names),
            ["Paxos:ClusterSecret"] = Secret,
            ["Paxos:DataDirectory"] = DirectoryOf(node),
            ["Paxos:Mode"] = mode.ToString(),
            ["Logging:LogLevel:Default"] = "Warning",
        };
        foreach (var (name, value) in changed) settings[name] = value;
        foreach (var peer in names) settings[$"services:{peer}:http:0"] = NoAddress;
        builder.Configuration.AddInMemoryCollection(settings);
        return builder;
    }
}
