using System.Net;
using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Api;

/// <summary>Three nodes that may be paused, slowed down and cut off; each test heals what it did.</summary>
public sealed class FaultyNodes : IAsyncLifetime
{
    public InProcessCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Cluster = await InProcessCluster.StartAsync(3, ("EnableFaultEndpoints", "true"), ("ElectionTimeout", "500"), ("ConsoleUrl", "http://127.0.0.1:8010/?a=1&b=2"));

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}

public sealed class FaultEndpointsTests(FaultyNodes nodes) : IClassFixture<FaultyNodes>
{
    private const string Healed = """{"pausedMs":0,"diskDelayMs":0,"cutOff":[]}""";

    private InProcessCluster Cluster => nodes.Cluster;

    [Theory]
    [InlineData("""{"pausedMs":30001}""", "'pausedMs'", 30_000)]
    [InlineData("""{"pausedMs":"1"}""", "'pausedMs'", 30_000)]
    [InlineData("""{"diskDelayMs":-1}""", "'diskDelayMs'", 2_000)]
    [InlineData("""{"diskDelayMs":1.5}""", "'diskDelayMs'", 2_000)]
    [InlineData("""{"cutOff":["node0"]}""", "node1, node2", null)]
    [InlineData("""{"cutOff":["node9"]}""", "node1, node2", null)]
    [InlineData("""{"cutOff":"node1"}""", "'cutOff'", null)]
    [InlineData("""{"pause":1}""", "'pause'", null)]
    [InlineData("""[]""", "object", null)]
    [InlineData("""{"diskDelayMs":5""", "JSON", null)]
    [InlineData("", "JSON", null)]
    public async Task What_is_wrong_is_named_with_its_limit_and_changes_nothing(string body, string named, int? limit)
    {
        using var answer = await Cluster.Clients[0].PutAsync(Faults, new StringContent(body));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Contains(named, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(limit, problem.TryGetProperty("limit", out var said) ? said.GetInt32() : null);
        Assert.Equal(Healed, await Cluster.Clients[0].GetStringAsync(Faults));
    }

    [Fact]
    public async Task A_slow_disk_of_a_follower_is_seen_in_the_leaders_rounds()
    {
        var leader = await LeaderAsync(-1);
        var slow = (leader + 1) % 3;
        Assert.Equal("""{"pausedMs":0,"diskDelayMs":300,"cutOff":[]}""", await SetAsync(slow, """{"diskDelayMs":300}"""));
        await WriteAsync(leader, "slow");

        var step = await StepAsync(leader, "slow", slow, step => step.GetProperty("endMs").ValueKind == JsonValueKind.Number);
        Assert.True(step.GetProperty("endMs").GetDouble() >= 300);
        await HealAsync(slow);
    }

    [Fact]
    public async Task A_paused_follower_answers_nobody_until_it_is_healed_and_then_catches_up()
    {
        var leader = await LeaderAsync(-1);
        var paused = (leader + 1) % 3;
        await SetAsync(paused, """{"pausedMs":30000}""");
        await WriteAsync(leader, "paused");
        await StepAsync(leader, "paused", paused, step => step.GetProperty("endMs").ValueKind == JsonValueKind.Null);
        Assert.True(JsonDocument.Parse(await Cluster.Clients[paused].GetStringAsync(Faults)).RootElement.GetProperty("pausedMs").GetInt32() > 0);

        await HealAsync(paused);
        await UntilAllAgreeAsync();
    }

    [Fact]
    public async Task A_paused_leader_is_replaced()
    {
        var leader = await LeaderAsync(-1);
        await SetAsync(leader, """{"pausedMs":30000}""");
        var next = await LeaderAsync(leader);
        await WriteAsync(next, "replaced");

        await HealAsync(leader);
        await UntilAllAgreeAsync();
    }

    [Fact]
    public async Task A_leader_that_is_cut_off_is_replaced_and_its_clients_are_told()
    {
        var leader = await LeaderAsync(-1);
        var others = Enumerable.Range(0, 3).Where(node => node != leader).Select(node => $"node{node}").ToArray();
        var set = await SetAsync(leader, JsonSerializer.Serialize(new { cutOff = others }));
        Assert.Equal(others, JsonDocument.Parse(set).RootElement.GetProperty("cutOff").EnumerateArray().Select(name => name.GetString()));
        var next = await LeaderAsync(leader);
        await WriteAsync(next, "cut");
        await Eventually.HoldsAsync(() => Cluster.Status(leader).Role != Role.Leader, "the leader that is cut off gives up");
        Assert.True(Cluster.Status(leader).CommitIndex < Cluster.Status(next).CommitIndex);
        using var refused = await Cluster.Clients[leader].PutAsync(new Uri("/v1/kv/cut", UriKind.Relative), new StringContent("x"));
        Assert.Contains(refused.StatusCode, new[] { HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout });

        await HealAsync(leader);
        await UntilAllAgreeAsync();
        Assert.Equal("v", await Cluster.Clients[leader].GetStringAsync(new Uri("/v1/kv/cut", UriKind.Relative)));
    }

    [Fact]
    public async Task The_page_names_the_console_and_how_to_hurt_the_node()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Cluster.Clients[0].BaseAddress) { Headers = { { "Accept", "text/html" } } };
        using var answer = await Cluster.Clients[0].SendAsync(request);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("""<a class="primary" href="http://127.0.0.1:8010/?a=1&amp;b=2">Console</a>""", page, StringComparison.Ordinal);
        Assert.Contains("""data-faults="on">""", page, StringComparison.Ordinal);

        var text = await Cluster.Clients[0].GetStringAsync(Cluster.Clients[0].BaseAddress);
        Assert.Contains("console of the cluster: http://127.0.0.1:8010/?a=1&b=2\n", text, StringComparison.Ordinal);
        Assert.Contains("/v1/faults -d '{\"pausedMs\":5000}'\n", text, StringComparison.Ordinal);
    }

    private static Uri Faults { get; } = new("/v1/faults", UriKind.Relative);

    private async Task<string> SetAsync(int node, string body)
    {
        using var answer = await Cluster.Clients[node].PutAsync(Faults, new StringContent(body));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }

    private async Task HealAsync(int node)
    {
        using var answer = await Cluster.Clients[node].DeleteAsync(Faults);
        Assert.Equal(Healed, await answer.Content.ReadAsStringAsync());
    }

    private async Task<int> LeaderAsync(int except)
    {
        var leader = -1;
        await Eventually.HoldsAsync(
            () => (leader = Enumerable.Range(0, 3).FirstOrDefault(node => node != except && Cluster.Status(node) is { Role: Role.Leader, HasRecentQuorum: true }, -1)) >= 0,
            $"another than {except} leads");
        return leader;
    }

    private async Task WriteAsync(int node, string key)
    {
        using var answer = await Cluster.Clients[node].PutAsync(new Uri("/v1/kv/" + key, UriKind.Relative), new StringContent("v"));
        answer.EnsureSuccessStatusCode();
    }

    private async Task<JsonElement> StepAsync(int leader, string key, int peer, Func<JsonElement, bool> wanted)
    {
        JsonElement found = default;
        await Eventually.HoldsAsync(
            async () =>
            {
                var rounds = JsonDocument.Parse(await Cluster.Clients[leader].GetStringAsync(new Uri("/v1/rounds?key=" + key, UriKind.Relative))).RootElement;
                found = rounds.GetProperty("rounds").EnumerateArray().SelectMany(round => round.GetProperty("steps").EnumerateArray())
                    .FirstOrDefault(step => step.GetProperty("node").GetString() == $"node{peer}" && wanted(step));
                return found.ValueKind == JsonValueKind.Object;
            },
            $"a round of {key} with such a step of node{peer}");
        return found;
    }

    private Task UntilAllAgreeAsync() => Eventually.HoldsAsync(
        () => Enumerable.Range(0, 3).Select(node => (Cluster.Status(node).AppliedIndex, Cluster.Status(node).Leader)).Distinct().Count() == 1
            && Enumerable.Range(0, 3).Any(node => Cluster.Status(node).Role == Role.Leader),
        "all replicas applied the same");
}
