using System.Net;
using System.Text.Json;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;
using AspirePaxos.Tests.Storage;

namespace AspirePaxos.Tests.Transport;

/// <summary>What a node that may not serve, or not yet, tells its clients.</summary>
public sealed class UnavailableNodeTests
{
    private const string Reason = "This replica has stopped: its state differs.";

    [Fact]
    public async Task A_stopped_node_says_why_for_good_and_sends_clients_elsewhere()
    {
        await using var nodes = new NodesInProcess();
        await StartWithAsync(nodes, cluster => cluster with { Stopped = Reason });
        using var client = new HttpClient { BaseAddress = nodes.Address("node2") };

        foreach (var (method, path) in Requests) await AssertProblemAsync(client, method, path, "stopped", Reason, retryAfter: null);
        var status = await JsonAsync(client, "/v1/status", HttpStatusCode.OK);
        Assert.Equal(Reason, status.GetProperty("rejection").GetString());
        await AssertHealthAsync(client, Reason);
    }

    /// <remarks>It is alone, so it cannot end to recover.</remarks>
    [Fact]
    public async Task A_recovering_node_says_so_and_when_to_come_again()
    {
        await using var nodes = new NodesInProcess();
        await StartWithAsync(nodes, cluster => cluster with { Recovering = true });
        using var client = new HttpClient { BaseAddress = nodes.Address("node2") };

        foreach (var (method, path) in Requests) await AssertProblemAsync(client, method, path, "recovering", "Send it to another node", retryAfter: "5");
        var status = await JsonAsync(client, "/v1/status", HttpStatusCode.OK);
        Assert.Equal("recovering", status.GetProperty("role").GetString());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("rejection").ValueKind);
        await AssertHealthAsync(client, "lost its data directory");
    }

    private static (HttpMethod Method, string Path)[] Requests =>
        [(HttpMethod.Put, "/v1/kv/k"), (HttpMethod.Get, "/v1/kv/k"), (HttpMethod.Get, "/v1/kv/k?consistency=local"), (HttpMethod.Get, "/store/get/k"), (HttpMethod.Get, "/store/set/k/v")];

    /// <summary>node2 alone, on the directory of a formed cluster that was changed so.</summary>
    private static async Task StartWithAsync(NodesInProcess nodes, Func<ClusterState, ClusterState> change)
    {
        await nodes.StartAsync();
        await nodes.ReadyAsync();
        foreach (var node in nodes.Running.ToArray()) await nodes.StopAsync(node);
        var options = new AspirePaxos.Node.NodeOptions { NodeId = "node2", Replicas = "node0,node1,node2", DataDirectory = nodes.DirectoryOf("node2") };
        using (var database = PaxosDatabase.Open(options, out var stored))
        {
            database.Commit([new Write(1, null, [], stored.State.CommitIndex, change(stored.State.Cluster))], new AppliedRows());
        }

        await nodes.StartAsync("node2");
    }

    private static async Task AssertProblemAsync(HttpClient client, HttpMethod method, string path, string name, string detail, string? retryAfter)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (method == HttpMethod.Put) request.Content = new StringContent("v");
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{method} {path}: {answer.StatusCode} {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(retryAfter, answer.Headers.RetryAfter?.ToString());
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.EndsWith("/" + name, problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task AssertHealthAsync(HttpClient client, string reason)
    {
        await JsonAsync(client, "/health/live", HttpStatusCode.OK);
        var ready = await JsonAsync(client, "/health/ready", HttpStatusCode.ServiceUnavailable);
        Assert.Equal("not ready", ready.GetProperty("status").GetString());
        Assert.Contains(reason, ready.ToString(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> JsonAsync(HttpClient client, string path, HttpStatusCode status)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(status, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }
}
