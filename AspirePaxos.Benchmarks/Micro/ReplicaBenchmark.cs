using AspirePaxos.Protocol;
using BenchmarkDotNet.Attributes;

namespace AspirePaxos.Benchmarks.Micro;

/// <summary>Commands through a leader, its peers answering at once: the protocol's own cost, without storage, transport or store.</summary>
public class ReplicaBenchmark
{
    private static readonly ReadOnlyMemory<byte>[] Results = [.. Enumerable.Repeat(new ReadOnlyMemory<byte>("{}"u8.ToArray()), 1_024)];
    private readonly ReadOnlyMemory<byte> command = Samples.Put(1, 10);
    private Replica replica = null!;
    private long requests;
    private long completed;
    private long now;

    [Params(1, 64)]
    public int Commands { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        now = requests = completed = 0;
        replica = new Replica(
            new ReplicaOptions { Self = Samples.Identities[0], Members = Samples.Nodes, Seed = 1 }, DurableState.Empty with { Cluster = Samples.Cluster }, now);
        for (var i = 0; i < 1_000 && replica.Role != Role.Leader; i++)
        {
            replica.Tick(now += 10);
            Turn();
        }

        if (replica.Role != Role.Leader) throw new InvalidOperationException("It does not lead.");
    }

    [Benchmark]
    public long Choose()
    {
        for (var i = 0; i < Commands; i++) replica.Propose(++requests, command);
        // Followers answer a heartbeat now and then; without it the leader would step down.
        replica.Tick(++now);
        Turn();
        return completed == requests ? completed : throw new InvalidOperationException($"{requests - completed} commands are not chosen.");
    }

    private void Turn()
    {
        for (var ready = replica.TakeReady(); !ready.IsEmpty; ready = replica.TakeReady())
        {
            completed += ready.Writes.Count;
            if (ready.Write is { } write)
            {
                replica.Persisted(write.Sequence);
                replica.StateDurable(replica.AppliedIndex);
            }

            foreach (var envelope in ready.Messages) Answer(envelope);
            foreach (var chosen in ready.Chosen) replica.Applied(chosen.Slot, Results.AsSpan(0, Batch.Decode(chosen.Command).Commands.Count).ToArray(), 0);
        }
    }

    private void Answer(Envelope envelope)
    {
        Reply? reply = envelope.Message switch
        {
            Accept m => new Accepted(m.Ballot, m.FirstSlot, m.Commands.Count),
            Heartbeat m => new HeartbeatReply(m.Ballot, m.ReadSequence, m.Ballot, m.CommitIndex, m.CommitIndex),
            Question m => new Answer(m.Sequence, true, Ballot.None, 0),
            Prepare m => new Promise(m.Ballot, m.FromSlot, m.FromSlot - 1, m.FromSlot - 1, 0, 0, []),
            _ => null,
        };
        if (reply is not null) replica.Receive(new Envelope(Samples.Identities[Array.IndexOf(Samples.Nodes, envelope.To.Node)], envelope.From, "c1", Mode.Multi, reply));
    }
}
