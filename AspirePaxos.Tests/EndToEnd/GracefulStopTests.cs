using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AspirePaxos.Launcher;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>SIGTERM, with requests under way.</summary>
public sealed class GracefulStopTests
{
    /// <summary>More than a leader has in slots at once: the others wait in its queue.</summary>
    private const int Writes = 8;

    /// <summary>After which <c>docker stop</c> kills where nobody says otherwise.</summary>
    private static readonly TimeSpan EnginePatience = TimeSpan.FromSeconds(10);

    /// <summary>A replica that stands still for a moment is no reason to elect another leader.</summary>
    private static readonly Dictionary<string, string> Patient = new() { ["Paxos__ElectionTimeout"] = "5000", ["Paxos__EnableFaultEndpoints"] = "true" };

    /// <summary>
    /// What waits in its queue goes to its successor, of which it hears only while it listens. It listened no more before the successor, whose
    /// disk takes a moment, had won: all of it waited for a leader until RequestTimeout.
    /// </summary>
    [Fact]
    public async Task What_a_leader_took_before_it_was_asked_to_end_its_successor_writes()
    {
        await using var cluster = await LocalCluster.StartAsync(settings: Patient);
        using var client = new HttpClient();
        var (leader, followers) = await RolesAsync(cluster, client);
        foreach (var name in followers)
        {
            using var slowed = await client.PutAsync(new Uri(cluster.Url(name), "/v1/faults"), new StringContent("""{"diskDelayMs":200}"""));
            Assert.Equal(HttpStatusCode.OK, slowed.StatusCode);
            await cluster.PauseAsync(name);
        }

        var writes = new List<Task<HttpResponseMessage>>();
        for (var i = 1; i <= Writes; i++)
        {
            writes.Add(client.PutAsync(new Uri(cluster.Url(leader), $"/v1/kv/{i}"), new StringContent("value")));
            await AreUnderWayAsync(client, cluster.Url(leader), i);
        }

        var stopped = cluster.StopAsync(leader);
        await Eventually.HoldsAsync(() => cluster.Output(leader).Contains("Stopping as Leader", StringComparison.Ordinal), "the leader is about to end");
        foreach (var name in followers) await cluster.ResumeAsync(name);

        foreach (var answer in await Task.WhenAll(writes))
        {
            using (answer) Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        }

        await stopped;
    }

    [Fact]
    public async Task What_cannot_be_known_when_it_ends_is_said_as_such_and_nothing_more_is_taken()
    {
        await using var cluster = await LocalCluster.StartAsync(settings: new Dictionary<string, string>
        {
            ["Paxos__ElectionTimeout"] = "2000",
            ["Paxos__RequestTimeout"] = "90000",
        });
        using var client = new HttpClient();
        var (leader, followers) = await RolesAsync(cluster, client);
        Uri At(string path) => new(cluster.Url(leader), path);
        using var stream = new StreamReader(await client.GetStreamAsync(At("/v1/rounds/stream")));
        foreach (var name in followers) await cluster.PauseAsync(name);
        var write = client.PutAsync(At("/v1/kv/key"), new StringContent("value"));
        await AreUnderWayAsync(client, cluster.Url(leader), 1);
        var read = client.GetAsync(At("/v1/kv/key"));
        await AreUnderWayAsync(client, cluster.Url(leader), 2);

        var stopped = cluster.StopAsync(leader);
        await Eventually.HoldsAsync(() => cluster.Output(leader).Contains("Stopping as Leader", StringComparison.Ordinal), "the leader is about to end");
        using (var late = await client.GetAsync(At("/v1/kv/late")))
        {
            Assert.Equal("ending", await ProblemAsync(late));
            Assert.NotNull(late.Headers.RetryAfter);
            Assert.True(late.Headers.ConnectionClose);
        }

        using var ready = await client.GetAsync(At("/health/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);

        await stream.ReadToEndAsync();
        Assert.Equal("outcome-unknown", await ProblemAsync(await write));
        Assert.Equal("read-not-confirmed", await ProblemAsync(await read));
        await stopped;
        Assert.DoesNotContain("Exception", cluster.Output(leader), StringComparison.Ordinal);
    }

    /// <summary>Before it listens, in general.</summary>
    [Fact]
    public async Task A_node_that_is_asked_to_end_while_it_starts_ends_with_zero_and_says_nothing_of_errors()
    {
        using var folder = new TemporaryFolder();
        await using var node = new SingleNode(folder.Path, orphaned: true);

        Assert.Equal(0, await node.ExitCodeAsync());
        Assert.DoesNotContain("Exception", node.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_does_not_finish_its_request_keeps_no_node_and_makes_no_error_of_it()
    {
        using var folder = new TemporaryFolder();
        await using var node = new SingleNode(folder.Path);
        using var client = new HttpClient();
        var address = await node.ReadyAsync(client);
        using var connection = new TcpClient(address.Host, address.Port);
        await connection.GetStream().WriteAsync("PUT /v1/kv/key HTTP/1.1\r\nHost: node0\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"u8.ToArray());
        // It is read: the rest is asked for.
        await connection.GetStream().ReadExactlyAsync(new byte["HTTP/1.1 100 Continue\r\n\r\n".Length]);

        node.AskToEnd();

        Assert.Equal(0, await node.ExitCodeAsync());
        Assert.DoesNotContain("Exception", node.Printed, StringComparison.Ordinal);
    }

    /// <summary>Nobody is there to hand over to, nor to choose what is under way.</summary>
    [Fact]
    public async Task All_that_end_at_once_say_nothing_of_errors_and_lose_nothing()
    {
        await using var cluster = await LocalCluster.StartAsync();
        await using var load = Workload.Start(cluster);
        await Eventually.HoldsAsync(() => load.Acknowledged >= 100, "writes are acknowledged");

        await Task.WhenAll(cluster.Names.Select(cluster.StopAsync));
        Assert.All(cluster.Names, name => Assert.DoesNotMatch("Exception|(warn|fail|crit): ", cluster.Output(name)));

        foreach (var name in cluster.Names) await cluster.StartAsync(name);
        await cluster.ReadyAsync();
        await load.VerifyAsync();
    }

    /// <summary>Traces, metrics and logs waited for it one after the other.</summary>
    [Fact]
    public async Task A_collector_that_is_gone_keeps_no_node_until_it_is_killed()
    {
        using var folder = new TemporaryFolder();
        await using var printed = new PrintedLines();
        await using var launched = LaunchedCluster.Start(
            new()
            {
                DataDirectory = folder.In("data"),
                PortBase = 0,
                WithConsole = false,
                StopTimeout = EnginePatience,
                Environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1" },
            },
            printed);
        await Eventually.HoldsAsync(() => launched.Resources.All(node => node.IsReady), () => printed.Text);
        using var client = new HttpClient();
        foreach (var node in launched.Resources)
        {
            using var traced = new HttpRequestMessage(HttpMethod.Put, new Uri(node.Url!, "/v1/kv/key")) { Content = new StringContent("value") };
            traced.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            using var written = await client.SendAsync(traced);
        }

        await launched.StopAsync();

        Assert.DoesNotContain("was killed", printed.Text, StringComparison.Ordinal);
    }

    private static async Task<(string Leader, List<string> Followers)> RolesAsync(LocalCluster cluster, HttpClient client)
    {
        var leader = "";
        await Eventually.HoldsAsync(
            async () => (leader = (await StatusAsync(client, cluster.Url(cluster.Names[0]))).GetProperty("leader").GetString() ?? "").Length > 0, "somebody leads");
        return (leader, [.. cluster.Names.Where(name => name != leader)]);
    }

    private static Task AreUnderWayAsync(HttpClient client, Uri node, int requests) => Eventually.HoldsAsync(
        async () => (await StatusAsync(client, node)).GetProperty("requestsInFlight").GetInt32() == requests, $"{requests} requests are under way");

    private static async Task<string> ProblemAsync(HttpResponseMessage answer)
    {
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return problem.RootElement.GetProperty("type").GetString()!.Split('/')[^1];
    }

    private static async Task<JsonElement> StatusAsync(HttpClient client, Uri node)
    {
        using var status = JsonDocument.Parse(await client.GetStringAsync(new Uri(node, "/v1/status")));
        return status.RootElement.Clone();
    }
}
