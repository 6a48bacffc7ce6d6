using System.Net;
using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Api;

/// <summary><c>/v1/rounds</c> over real nodes: only the leader has rounds, and they name what was written.</summary>
public sealed class RoundsEndpointsTests(ThreeNodes nodes) : ApiTest(nodes), IClassFixture<ThreeNodes>
{
    [Fact]
    public async Task A_write_is_seen_as_a_round_with_its_steps()
    {
        await TextAsync("PUT", "/v1/kv/rounds-a", "v");
        var rounds = await UntilAsync("key=rounds-a", round => round.GetProperty("steps").GetArrayLength() == 4);

        var round = rounds.GetProperty("rounds")[0];
        Assert.Equal(rounds.GetProperty("node").GetString(), round.GetProperty("node").GetString());
        Assert.Equal(("accept", "chosen", 1), (Text(round, "kind"), Text(round, "outcome"), round.GetProperty("commands").GetInt32()));
        Assert.Equal(["rounds-a"], round.GetProperty("keys").EnumerateArray().Select(key => key.GetString()));
        Assert.True(round.GetProperty("durationMs").GetDouble() > 0);
        var steps = round.GetProperty("steps").EnumerateArray().ToList();
        Assert.Equal(2, steps.Count(step => (Text(step, "what"), Text(step, "result")) == ("accept", "accepted")));
        Assert.All(steps, step => Assert.True(step.GetProperty("endMs").GetDouble() >= step.GetProperty("startMs").GetDouble()));
        Assert.Single(steps, step => Text(step, "what") == "persist");
        Assert.Single(steps, step => Text(step, "what") == "apply");
        var slot = round.GetProperty("slot").GetInt64();
        Assert.Equal(1, (await JsonAsync("GET", $"/v1/rounds?slot={slot}", node: Leader)).GetProperty("rounds").GetArrayLength());
        Assert.Empty((await JsonAsync("GET", $"/v1/rounds?after={round.GetProperty("id").GetInt64()}&key=rounds-a", node: Leader)).GetProperty("rounds").EnumerateArray());
    }

    [Fact]
    public async Task The_election_is_kept()
    {
        var kept = await UntilAsync("limit=2000", round => Text(round, "kind") == "prepare");
        var prepare = kept.GetProperty("rounds").EnumerateArray().First(round => Text(round, "kind") == "prepare");
        Assert.Equal("promised", Text(prepare, "outcome"));
        Assert.Contains(prepare.GetProperty("steps").EnumerateArray(), step => Text(step, "result") == "promised");
    }

    [Fact]
    public async Task A_round_is_found_by_its_trace()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = source => source.Name == "AspirePaxos",
            Sample = (ref System.Diagnostics.ActivityCreationOptions<System.Diagnostics.ActivityContext> asked) =>
                asked.TraceId.ToHexString() == trace ? System.Diagnostics.ActivitySamplingResult.AllDataAndRecorded : System.Diagnostics.ActivitySamplingResult.None,
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);
        using var answer = await SendAsync("PUT", "/v1/kv/rounds-traced", "v", node: Leader, headers: ("traceparent", $"00-{trace}-b7ad6b7169203331-01"));
        answer.EnsureSuccessStatusCode();

        var found = await UntilAsync($"trace={trace}", _ => true);
        Assert.Equal("rounds-traced", found.GetProperty("rounds")[0].GetProperty("keys")[0].GetString());
    }

    [Fact]
    public async Task The_stream_shows_rounds_and_rates()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/rounds/stream", UriKind.Relative));
        using var answer = await Cluster.Clients[Leader].SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        await TextAsync("PUT", "/v1/kv/rounds-s", "v");

        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var names = new HashSet<string>();
        while (names.Count < 2)
        {
            if (await lines.ReadLineAsync() is not { } line) break;
            if (!line.StartsWith("event: ", StringComparison.Ordinal)) continue;
            var data = JsonDocument.Parse((await lines.ReadLineAsync())!["data: ".Length..]).RootElement;
            names.Add(line["event: ".Length..]);
            Assert.True(line == "event: rate" ? data.GetProperty("seen").GetInt64() >= 0 : data.GetProperty("id").GetInt64() > 0);
        }

        Assert.Equal(["rate", "round"], names.Order());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Faults_cannot_be_injected_where_that_is_not_enabled(string method) =>
        await ProblemAsync(SendAsync(method, "/v1/faults", method == "PUT" ? "{}" : null), HttpStatusCode.NotFound, "not-found");

    [Theory]
    [InlineData("/v1/rounds?limit=0", "limit")]
    [InlineData("/v1/rounds?slot=x", "slot")]
    [InlineData("/v1/rounds?what=1", "what")]
    [InlineData("/v1/rounds/stream?limit=1", "limit")]
    public async Task What_is_asked_wrongly_is_named(string target, string name) =>
        Assert.Contains($"'{name}'", await ProblemAsync(SendAsync("GET", target), HttpStatusCode.BadRequest, "invalid-request"), StringComparison.Ordinal);

    private int Leader => Enumerable.Range(0, 3).First(node => Cluster.Status(node).Role == Role.Leader);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private async Task<JsonElement> UntilAsync(string query, Func<JsonElement, bool> wanted)
    {
        JsonElement rounds = default;
        await Eventually.HoldsAsync(
            async () =>
            {
                rounds = await JsonAsync("GET", "/v1/rounds?" + query, node: Leader);
                return rounds.GetProperty("rounds").EnumerateArray().Any(wanted);
            },
            () => $"a round of {query} is kept; seen: {rounds}");
        return rounds;
    }
}
