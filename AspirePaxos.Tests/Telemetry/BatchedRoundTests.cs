using System.Collections.Concurrent;
using System.Diagnostics;
using AspirePaxos.Node.Telemetry;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Telemetry;

/// <summary>A round that carries several clients' requests is nobody's child: it is linked to each of them.</summary>
[Collection("Activities")]
public sealed class BatchedRoundTests
{
    private static readonly NodeId Node = new("batched");
    private static readonly Ballot Ballot = new(3, Node);

    [Fact]
    public void A_round_of_several_requests_is_a_root_linked_to_each_recorded_one()
    {
        ActivityContext[] requests = [Recorded(), Recorded()];

        var round = Trace(tracer =>
        {
            tracer.RequestArrived(1, requests[0]);
            tracer.RequestArrived(2, requests[1]);
            tracer.RequestArrived(3, new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None));
            return new RoundEvent.AcceptStarted(Ballot, 7, 2, 3, 2, 1, [1, 2, 3], []);
        });

        Assert.Equal(default, round.ParentSpanId);
        Assert.Equal(requests, round.Links.Select(link => link.Context));
        Assert.Equal(3, round.GetTagItem("paxos.commands"));
        Assert.Equal(2, round.GetTagItem("paxos.slots"));
    }

    [Fact]
    public void A_round_of_one_request_is_its_child()
    {
        var request = Recorded();

        var round = Trace(tracer =>
        {
            tracer.RequestArrived(1, request);
            return new RoundEvent.AcceptStarted(Ballot, 7, 1, 1, 2, 1, [1], []);
        });

        Assert.Equal((request.TraceId, request.SpanId), (round.TraceId, round.ParentSpanId));
        Assert.Empty(round.Links);
    }

    private static ActivityContext Recorded() => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    /// <returns>The span of the one round, ended.</returns>
    private static Activity Trace(Func<RoundTracer, RoundEvent.AcceptStarted> begin)
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "AspirePaxos",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var tracer = new RoundTracer(Node, Mode.Multi, 10, TimeProvider.System);
        var accept = begin(tracer);

        tracer.OnRounds([accept]);
        tracer.OnRounds([new RoundEvent.Chosen(Ballot, accept.FirstSlot + accept.Slots - 1)]);
        tracer.Applied(accept.FirstSlot + accept.Slots - 1);

        return Assert.Single(ended, span => span.OperationName == "paxos round" && Equals(span.GetTagItem("paxos.node"), Node.Name));
    }
}
