using System.Net;
using System.Net.Sockets;
using AspirePaxos.Node;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AspirePaxos.Tests.Api;

/// <summary>Whole nodes in this process, over real sockets and files: what the program runs, without the processes.</summary>
public sealed class InProcessCluster : IAsyncDisposable
{
    public const string Secret = "a-secret-of-the-tests";

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("paxos-api-");
    private readonly List<(WebApplication App, Socket Socket)> nodes = [];

    private InProcessCluster()
    {
    }

    public IReadOnlyList<HttpClient> Clients { get; private set; } = [];

    public string LogDirectory(int node) => Path.Combine(directory.FullName, $"node{node}", "logs");

    public string NodeDirectory(int node) => Path.Combine(directory.FullName, $"node{node}");

    internal IServiceProvider Services(int node) => nodes[node].App.Services;

    internal ReplicaLoop Loop(int node) => Services(node).GetRequiredService<ReplicaLoop>();

    internal ReplicaStatus Status(int node) => Loop(node).Status;

    /// <summary>Ready when every node says so.</summary>
    public static Task<InProcessCluster> StartAsync(int count, params (string Name, string Value)[] settings) => StartAsync(count, null, settings);

    public static async Task<InProcessCluster> StartAsync(int count, ILoggerProvider? log, params (string Name, string Value)[] settings)
    {
        var cluster = new InProcessCluster();
        var sockets = Enumerable.Range(0, count).Select(_ => Listen()).ToArray();
        for (var i = 0; i < count; i++)
        {
            var app = cluster.Build(i, sockets, log, settings);
            cluster.nodes.Add((app, sockets[i]));
        }

        cluster.Clients = [.. sockets.Select(socket => new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port(socket)}") })];
        await Task.WhenAll(cluster.nodes.Select(node => node.App.StartAsync()));
        foreach (var client in cluster.Clients) await UntilReadyAsync(client);
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in Clients) client.Dispose();
        await Task.WhenAll(nodes.Select(node => node.App.DisposeAsync().AsTask()));
        foreach (var (_, socket) in nodes) socket.Dispose();
        directory.Delete(recursive: true);
    }

    private WebApplication Build(int index, Socket[] sockets, ILoggerProvider? log, (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production", ContentRootPath = directory.FullName });
        var names = Enumerable.Range(0, sockets.Length).Select(i => $"node{i}").ToArray();
        var values = new Dictionary<string, string?>
        {
            ["Paxos:NodeId"] = names[index],
            ["Paxos:Replicas"] = string.Join(',', names),
            ["Paxos:ClusterSecret"] = Secret,
            ["Paxos:DataDirectory"] = NodeDirectory(index),
            // What the interface says is tested here, not how soon a starved leader is replaced.
            ["Paxos:ElectionTimeout"] = "2000",
        };
        for (var i = 0; i < names.Length; i++) values[$"services:{names[i]}:http:0"] = $"http://127.0.0.1:{Port(sockets[i])}";
        foreach (var (name, value) in settings) values["Paxos:" + name] = value;
        builder.Configuration.AddInMemoryCollection(values);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (log is not null) builder.Logging.AddProvider(log);

        // The socket listens already, so that no other program can take its port.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenHandle((ulong)sockets[index].SafeHandle.DangerousGetHandle()));
        return NodeApplication.Build(builder);
    }

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int Port(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static Task UntilReadyAsync(HttpClient client) => Eventually.HoldsAsync(
        async () =>
        {
            using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        },
        $"{client.BaseAddress} is ready");
}

/// <summary>Three nodes for all API tests: each uses keys of its own.</summary>
public sealed class ThreeNodes : IAsyncLifetime
{
    public InProcessCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await InProcessCluster.StartAsync(3);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
