using System.Collections.Concurrent;
using System.Diagnostics;
using AspirePaxos.Protocol;
using AspirePaxos.Tests.Api;

namespace AspirePaxos.Tests.Telemetry;

/// <summary>The shape of traces over three real nodes in this process; each test has a trace of its own, begun as a client would.</summary>
[Collection("Activities")]
public sealed class RoundTraceTests(ThreeNodes nodes) : IClassFixture<ThreeNodes>
{
    [Fact]
    public async Task One_write_to_the_leader_is_one_round_with_its_phases_its_peers_and_their_commits()
    {
        using var spans = new RecordedSpans();
        var leader = await LeaderAsync();
        await WriteAsync(leader, spans.Trace);
        var trace = await spans.UntilAsync(all => IsServed(all, spans.Root) && all.Count(IsAccept) == 2
            && all.Where(IsAccept).All(peer => IsServed(all, peer.SpanId))
            && all.Count(span => span.OperationName == "paxos acceptor persist") == 2
            && new[] { "paxos round", "paxos accept", "paxos persist", "paxos apply" }.All(name => all.Any(span => span.OperationName == name)));

        var request = Assert.Single(trace, span => span.Kind == ActivityKind.Server && span.ParentSpanId == spans.Root);
        Assert.Equal("PUT /v1/kv/{**key}", request.DisplayName);
        foreach (var (tag, value) in new (string, object)[]
        {
            ("paxos.node", $"node{leader}"), ("http.request.method", "PUT"), ("http.route", "/v1/kv/{**key}"), ("url.path", "/v1/kv/traced"),
            ("url.scheme", "http"), ("http.response.status_code", 200), ("network.protocol.version", "1.1"),
        })
        {
            Assert.Equal(value, request.GetTagItem(tag));
        }

        var round = Assert.Single(trace, span => span.OperationName == "paxos round");
        Assert.Equal(request.SpanId, round.ParentSpanId);
        Assert.Equal($"node{leader}", round.GetTagItem("paxos.node"));
        Assert.EndsWith($".node{leader}", (string)round.GetTagItem("paxos.ballot")!, StringComparison.Ordinal);
        Assert.True((long)round.GetTagItem("paxos.first_slot")! > 0);
        Assert.Equal(1, round.GetTagItem("paxos.slots"));
        Assert.Equal(1, round.GetTagItem("paxos.commands"));
        Assert.Equal(2, round.GetTagItem("paxos.quorum"));
        Assert.Empty(round.Links);
        foreach (var phase in (string[])["paxos accept", "paxos persist", "paxos apply"])
        {
            Assert.Equal(round.SpanId, Assert.Single(trace, span => span.OperationName == phase).ParentSpanId);
        }

        var peers = trace.Where(IsAccept).ToList();
        Assert.All(peers, peer => Assert.Equal(round.SpanId, peer.ParentSpanId));
        Assert.Equal(2, peers.Select(peer => peer.GetTagItem("paxos.peer")).Distinct().Count());
        foreach (var peer in peers)
        {
            var server = Assert.Single(trace, span => span.Kind == ActivityKind.Server && span.ParentSpanId == peer.SpanId);
            var persist = Assert.Single(trace, span => span.OperationName == "paxos acceptor persist" && span.ParentSpanId == server.SpanId);
            Assert.Equal(peer.GetTagItem("paxos.peer"), persist.GetTagItem("paxos.node"));
        }
    }

    [Fact]
    public async Task A_write_to_a_follower_leads_through_its_forward_to_the_round_of_the_leader()
    {
        using var spans = new RecordedSpans();
        var leader = await LeaderAsync();
        await WriteAsync((leader + 1) % 3, spans.Trace);
        var trace = await spans.UntilAsync(all =>
            all.Any(span => span.OperationName == "paxos round") && all.Any(span => IsForward(span) && IsServed(all, span.SpanId)));

        var round = Assert.Single(trace, span => span.OperationName == "paxos round");
        var forward = Assert.Single(trace, IsForward);
        var server = Assert.Single(trace, span => span.Kind == ActivityKind.Server && span.ParentSpanId == forward.SpanId);
        Assert.Equal(server.SpanId, round.ParentSpanId);
        Assert.Equal($"node{leader}", round.GetTagItem("paxos.node"));
    }

    [Fact]
    public async Task A_write_that_its_client_does_not_record_creates_no_span()
    {
        using var spans = new RecordedSpans();
        await WriteAsync(0, spans.Trace.Replace("-01", "-00", StringComparison.Ordinal));

        // Another write afterwards, recorded: whatever the first one caused on the loop has happened by then.
        using var later = new RecordedSpans();
        await WriteAsync(0, later.Trace);
        await later.UntilAsync(all => all.Any(span => span.OperationName == "paxos round"));

        Assert.Empty(spans.All);
    }

    private async Task<int> LeaderAsync()
    {
        var leader = -1;
        await Eventually.HoldsAsync(
            () => (leader = Array.FindIndex([0, 1, 2], node => nodes.Cluster.Status(node).Role == Role.Leader)) >= 0, "there is a leader");
        return leader;
    }

    /// <summary>The sender's; the receiver's span has the same name.</summary>
    private static bool IsAccept(Activity span) => span is { OperationName: "POST /paxos/accept", Kind: ActivityKind.Client };

    private static bool IsForward(Activity span) => span is { OperationName: "POST /paxos/forward", Kind: ActivityKind.Client };

    /// <summary>A server's span ends after its answer, so that who asked may be done before.</summary>
    private static bool IsServed(IEnumerable<Activity> all, ActivitySpanId asked) => all.Any(span => span.Kind == ActivityKind.Server && span.ParentSpanId == asked);

    private async Task WriteAsync(int node, string traceparent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri("/v1/kv/traced", UriKind.Relative)) { Content = new StringContent("v") };
        request.Headers.TryAddWithoutValidation("traceparent", traceparent);
        using var answer = await nodes.Cluster.Clients[node].SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Every ended span of one trace id of all nodes; other traces go by.</summary>
    private sealed class RecordedSpans : IDisposable
    {
        private readonly ConcurrentQueue<Activity> ended = new();
        private readonly ActivityTraceId id = ActivityTraceId.CreateRandom();
        private readonly ActivityListener listener;

        public RecordedSpans()
        {
            listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "AspirePaxos",
                Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                    options.TraceId == id && (options.Parent.TraceFlags & ActivityTraceFlags.Recorded) != 0
                        ? ActivitySamplingResult.AllDataAndRecorded
                        : ActivitySamplingResult.None,
                ActivityStopped = span =>
                {
                    if (span.TraceId == id) ended.Enqueue(span);
                },
            };
            ActivitySource.AddActivityListener(listener);
        }

        public ActivitySpanId Root { get; } = ActivitySpanId.CreateRandom();

        public string Trace => $"00-{id}-{Root}-01";

        public IReadOnlyList<Activity> All => [.. ended];

        public async Task<IReadOnlyList<Activity>> UntilAsync(Func<IReadOnlyList<Activity>, bool> complete)
        {
            await Eventually.HoldsAsync(() => complete(All), () => "the trace is complete; seen: " + string.Join(", ", All.Select(span => span.OperationName)));
            return All;
        }

        public void Dispose() => listener.Dispose();
    }
}
