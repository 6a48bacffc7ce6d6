using AspirePaxos.Node.Telemetry;
using AspirePaxos.Protocol;
using BenchmarkDotNet.Attributes;

namespace AspirePaxos.Benchmarks.Micro;

/// <summary>What the leader's loop pays for one round that is watched and, fifty a second aside, not kept.</summary>
public class RoundRecorderBenchmark
{
    private readonly RoundRecorder recorder = new(
        Samples.Nodes[0], Mode.Multi, new RoundTracer(Samples.Nodes[0], Mode.Multi, 0, TimeProvider.System), TimeProvider.System);

    private readonly Write write = new(1, null, [new LogRecord(1_000_000, Samples.Ballot, false, Samples.Batch(32, 10))], 0, null);
    private readonly List<RoundEvent> started = [new RoundEvent.AcceptStarted(Samples.Ballot, 1_000_000, 1, 32, 2, 1, [], [])];
    private readonly List<RoundEvent> chosen = [new RoundEvent.Chosen(Samples.Ballot, 1_000_000)];
    private readonly Envelope[] requests = [Samples.Accept(1, 10), Samples.Accept(1, 10)];
    private readonly Accepted reply = new(Samples.Ballot, 1_000_000, 1);

    [Benchmark]
    public long Round()
    {
        recorder.OnRounds(started, write);
        foreach (var request in requests) recorder.Sent(request);
        recorder.Persisted(1);
        recorder.Answered(requests[0], reply);
        recorder.OnRounds(chosen, null);
        recorder.Applied(1_000_000);
        recorder.Answered(requests[1], reply);
        return recorder.Recent.Seen;
    }
}
