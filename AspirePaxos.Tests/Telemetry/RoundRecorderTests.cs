using AspirePaxos.KeyValue;
using AspirePaxos.Node.Telemetry;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Telemetry;

/// <summary>What is kept of rounds, in the order in which a loop tells of them; time stands still unless a test moves it.</summary>
public sealed class RoundRecorderTests
{
    private static readonly NodeId Self = new("node0");
    private static readonly Identity Here = new(Self, 1, 1);
    private static readonly Ballot Ballot = new(3, Self);

    private readonly SetClock clock = new();
    private readonly RoundRecorder recorder;

    public RoundRecorderTests() => recorder = new RoundRecorder(Self, Mode.Multi, new RoundTracer(Self, Mode.Multi, 0, clock), clock);

    [Fact]
    public void A_round_is_kept_with_each_step_its_keys_and_its_bytes()
    {
        var write = WriteOf(1, 7, "a", "b", "a");
        Begin(7, write);
        var (one, two) = (AcceptTo("node1", 7), AcceptTo("node2", 7));
        recorder.Sent(one);
        recorder.Sent(two);
        clock.Advance(1);
        recorder.Persisted(1);
        clock.Advance(1);
        recorder.Answered(one, new Accepted(Ballot, 7, 1));
        recorder.OnRounds([new RoundEvent.Chosen(Ballot, 7)], null);
        recorder.Applied(7);
        Assert.Empty(recorder.Recent.All());
        clock.Advance(1);
        recorder.Answered(two, new Accepted(Ballot, 7, 1));

        var round = Assert.Single(recorder.Recent.All());
        Assert.Equal((RoundKind.Accept, RoundOutcome.Chosen, 7, 7, 3), (round.Kind, round.Outcome, round.FirstSlot, round.LastSlot, round.Commands));
        Assert.Equal(["a", "b"], round.Keys);
        Assert.Equal(write.Records[0].Command.Bytes.Length, round.Bytes);
        Assert.Equal(TimeSpan.FromMilliseconds(2), round.Duration);
        Assert.Equal(
            ["Persist node0 0-1 ok", "Accept node1 0-2 accepted", "Accept node2 0-3 accepted", "Apply node0 2-2 ok"],
            round.Steps.Select(Describe));
    }

    [Fact]
    public void A_peer_that_never_answers_is_seen_as_such_after_a_second()
    {
        Begin(7, WriteOf(1, 7, "a"));
        var (one, two) = (AcceptTo("node1", 7), AcceptTo("node2", 7));
        recorder.Sent(one);
        recorder.Sent(two);
        recorder.Persisted(1);
        recorder.Answered(one, new Accepted(Ballot, 7, 1));
        recorder.OnRounds([new RoundEvent.Chosen(Ballot, 7)], null);
        recorder.Applied(7);
        clock.Advance(1_001);
        recorder.Tick();

        var round = Assert.Single(recorder.Recent.All());
        Assert.Equal(RoundOutcome.Chosen, round.Outcome);
        Assert.Contains("Accept node2 0-… none", round.Steps.Select(Describe));
    }

    [Fact]
    public void A_request_that_was_lost_and_its_repetition_are_two_steps()
    {
        Begin(7, WriteOf(1, 7, "a"));
        var (first, again) = (AcceptTo("node1", 7), AcceptTo("node1", 7));
        recorder.Sent(first);
        recorder.Lost(first);
        clock.Advance(5);
        recorder.Sent(again);
        recorder.Answered(again, new Nack(Ballot, new Ballot(4, new NodeId("node1")), NackReason.Promised));
        recorder.OnRounds([new RoundEvent.SteppedDown(Ballot, StepDownKind.HigherBallot, "a higher ballot is promised")], null);
        recorder.Persisted(1);

        var round = Assert.Single(recorder.Recent.All());
        Assert.Equal((RoundOutcome.SteppedDown, "a higher ballot is promised"), (round.Outcome, round.Reason));
        Assert.Equal(["Persist node0 0-5 ok", "Accept node1 0-… lost", "Accept node1 5-5 nack"], round.Steps.Select(Describe));
    }

    [Fact]
    public void A_round_without_a_quorum_is_shown_as_open_and_then_again_under_its_id()
    {
        Begin(7, WriteOf(1, 7, "a"));
        recorder.Persisted(1);
        clock.Advance(1_001);
        recorder.Tick();
        var seen = Assert.Single(recorder.Recent.All());
        Assert.Equal(RoundOutcome.Open, seen.Outcome);

        recorder.OnRounds([new RoundEvent.Chosen(Ballot, 7)], null);
        recorder.Applied(7);
        var round = Assert.Single(recorder.Recent.All());
        Assert.Equal((seen.Id, RoundOutcome.Chosen), (round.Id, round.Outcome));
        Assert.True(round.IsNotable);
    }

    [Fact]
    public void An_election_is_a_round_of_its_own()
    {
        var write = new Write(4, Ballot, [], 6, null);
        recorder.OnRounds([new RoundEvent.PrepareStarted(Ballot, 7)], write);
        var one = new Envelope(Here, new Identity(new NodeId("node1"), 1, 1), "c", Mode.Multi, new Prepare(Ballot, 7, 7));
        recorder.Persisted(4);
        recorder.Sent(one);
        clock.Advance(2);
        recorder.Answered(one, new Promise(Ballot, 7, 8, 8, 6, 0, []));
        recorder.OnRounds([new RoundEvent.Prepared(Ballot, 8)], null);

        var round = Assert.Single(recorder.Recent.All());
        Assert.Equal((RoundKind.Prepare, RoundOutcome.Promised, 7, 8), (round.Kind, round.Outcome, round.FirstSlot, round.LastSlot));
        Assert.Equal(["Persist node0 0-0 ok", "Prepare node1 0-2 promised"], round.Steps.Select(Describe));
    }

    [Fact]
    public void Of_many_rounds_fifty_a_second_are_kept_and_every_slow_one()
    {
        for (var slot = 1; slot <= 1_000; slot++) Run(slot, milliseconds: 0);
        Assert.Equal((1_000, 50), (recorder.Recent.Seen, recorder.Recent.Count));
        for (var slot = 1_001; slot <= 1_003; slot++) Run(slot, milliseconds: 200);
        Assert.Equal(3, recorder.Recent.All().Count(round => round.IsNotable));
    }

    [Fact]
    public void What_is_kept_is_bounded_and_ordinary_rounds_push_no_election_out()
    {
        recorder.OnRounds([new RoundEvent.PrepareStarted(Ballot, 1)], null);
        recorder.OnRounds([new RoundEvent.Prepared(Ballot, 0)], null);
        for (var slot = 1; slot <= 3_000; slot++)
        {
            Run(slot, milliseconds: 0);
            clock.Advance(25);
        }

        Assert.Equal(1 + RecentRounds.Capacity, recorder.Recent.Count);
        Assert.Equal(RoundKind.Prepare, recorder.Recent.All()[0].Kind);
    }

    [Fact]
    public void Rounds_that_are_not_kept_allocate_nothing()
    {
        var write = WriteOf(1, 7, "a");
        var (started, chosen) = (Started(7, 1), new RoundEvent.Chosen(Ballot, 7));
        List<RoundEvent> begin = [started], end = [chosen];
        var request = AcceptTo("node1", 7);
        var reply = new Accepted(Ballot, 7, 1);
        for (var i = 0; i < 1_000; i++) Once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) Once();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Once()
        {
            recorder.OnRounds(begin, write);
            recorder.Sent(request);
            recorder.Persisted(1);
            recorder.Answered(request, reply);
            recorder.OnRounds(end, null);
            recorder.Applied(7);
            recorder.Tick();
        }
    }

    private static string Describe(RoundStep step) =>
        $"{step.Kind} {step.Node} {step.Start.TotalMilliseconds}-{(step.End is { } end ? end.TotalMilliseconds : "…")} {step.Result ?? "none"}";

    private static RoundEvent.AcceptStarted Started(long slot, int commands) => new(Ballot, slot, 1, commands, 2, 1, [], []);

    private static Envelope AcceptTo(string node, long slot) =>
        new(Here, new Identity(new NodeId(node), 1, 1), "c", Mode.Multi, new Accept(Ballot, slot, [Command.NoOp], 0));

    private static Write WriteOf(long sequence, long slot, params string[] keys) =>
        new(sequence, null, [new LogRecord(slot, Ballot, false, Batch.Encode(Here, 1, 1, [.. keys.Select(key => (ReadOnlyMemory<byte>)new Put(key, new byte[9]).Encode())]))], 0, null);

    private void Begin(long slot, Write write) => recorder.OnRounds([Started(slot, Batch.Decode(write.Records[0].Command).Commands.Count)], write);

    private void Run(long slot, int milliseconds)
    {
        recorder.OnRounds([Started(slot, 1)], null);
        clock.Advance(milliseconds);
        recorder.OnRounds([new RoundEvent.Chosen(Ballot, slot)], null);
        recorder.Applied(slot);
    }

    private sealed class SetClock : TimeProvider
    {
        private long now = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(int milliseconds) => now += milliseconds * TimeSpan.TicksPerMillisecond;

        public override long GetTimestamp() => now;

        public override DateTimeOffset GetUtcNow() => new(now, TimeSpan.Zero);
    }
}
