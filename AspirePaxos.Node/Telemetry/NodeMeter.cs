using System.Diagnostics;
using System.Diagnostics.Metrics;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>What an operator needs to see, as the meter <c>AspirePaxos</c>. Durations are seconds.</summary>
public sealed class NodeMeter : IDisposable
{
    private static readonly double[] SecondsBuckets = [.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5];
    private static readonly double[] CountBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    private readonly Meter meter;
    private readonly TimeProvider time;
    private readonly Counter<long> writes;
    private readonly Histogram<double> writeDuration;
    private readonly Counter<long> reads;
    private readonly Histogram<double> readDuration;
    private readonly Counter<long> refused;
    private readonly Counter<long> rounds;
    private readonly Histogram<int> roundCommands;
    private readonly Histogram<double> roundDuration;
    private readonly Counter<long> elections;
    private readonly Counter<long> stepDowns;
    private readonly Histogram<double> commitDuration;
    private readonly Histogram<int> commitWrites;
    private readonly Counter<long> snapshots;
    private readonly Counter<long> peerRequests;
    private readonly Histogram<double> peerDuration;
    private readonly Queue<OpenRound> open = [];
    private long syncs, startedRounds, roundedCommands;

    public NodeMeter(IMeterFactory factory, NodeId node, TimeProvider time)
    {
        this.time = time;
        meter = factory.Create(new MeterOptions("AspirePaxos") { Tags = [new("paxos.node", node.Name)] });
        var seconds = new InstrumentAdvice<double> { HistogramBucketBoundaries = SecondsBuckets };
        var counts = new InstrumentAdvice<int> { HistogramBucketBoundaries = [.. CountBuckets.Select(count => (int)count)] };
        writes = meter.CreateCounter<long>("paxos.writes", "{write}", "Writes of clients, by outcome.");
        writeDuration = meter.CreateHistogram("paxos.write.duration", "s", "From a client's write to its outcome.", advice: seconds);
        reads = meter.CreateCounter<long>("paxos.reads", "{read}", "Reads of clients, by consistency and whether they were answered.");
        readDuration = meter.CreateHistogram("paxos.read.duration", "s", "From a client's read to its answer.", advice: seconds);
        refused = meter.CreateCounter<long>("paxos.requests.refused", "{request}", "Requests of clients refused because too many were in flight.");
        rounds = meter.CreateCounter<long>("paxos.rounds", "{round}", "Rounds led by this replica, by how they ended.");
        roundCommands = meter.CreateHistogram("paxos.round.commands", "{command}", "Commands in one round.", advice: counts);
        roundDuration = meter.CreateHistogram("paxos.round.duration", "s", "From the sending of Accept until a quorum accepted.", advice: seconds);
        elections = meter.CreateCounter<long>("paxos.elections", "{ballot}", "Ballots that this replica prepared.");
        stepDowns = meter.CreateCounter<long>("paxos.step_downs", "{ballot}", "Ballots that this replica gave up, by reason.");
        commitDuration = meter.CreateHistogram("paxos.commit.duration", "s", "One synced transaction of the storage.", advice: seconds);
        commitWrites = meter.CreateHistogram("paxos.commit.writes", "{write}", "Writes of the replica that one transaction made durable.", advice: counts);
        snapshots = meter.CreateCounter<long>("paxos.snapshots", "{snapshot}", "Snapshots, by what happened: made, served, installed, refused.");
        peerRequests = meter.CreateCounter<long>("paxos.peer.requests", "{request}", "Requests to peers, by peer, message and outcome.");
        peerDuration = meter.CreateHistogram("paxos.peer.duration", "s", "From sending a request to a peer until its reply.", advice: seconds);
    }

    /// <summary>Counts since the start, for whoever reads the status without a collector of metrics.</summary>
    public WorkDone Work => new(Volatile.Read(ref syncs), Volatile.Read(ref startedRounds), Volatile.Read(ref roundedCommands));

    /// <summary>Gauges of the replica, read whenever somebody collects.</summary>
    public void Observe(Func<ReplicaStatus> status)
    {
        Gauge("paxos.commit_index", "{slot}", "Every slot up to it is learned here.", now => now.CommitIndex);
        Gauge("paxos.applied_index", "{slot}", "The last slot executed here.", now => now.AppliedIndex);
        Gauge("paxos.last_slot", "{slot}", "The highest slot with a record here.", now => now.LastSlot);
        Gauge("paxos.log.slots", "{slot}", "Slots in the log that were not dropped behind the state.", now => now.LastSlot - now.TruncatedThrough);
        Gauge("paxos.log.bytes", "By", "Of the commands in the log.", now => now.LogBytes);
        Gauge("paxos.ballot", "1", "The number of the leader's ballot as known here.", now => now.Ballot.Number);
        Gauge("paxos.leader", "1", "1 where this replica leads.", now => now.Role == Role.Leader ? 1 : 0);
        Gauge("paxos.quorum", "1", "1 where a quorum was confirmed recently.", now => now.HasRecentQuorum ? 1 : 0);
        Gauge("paxos.revision", "{change}", "Changes of the store so far.", now => now.Revision);
        Gauge("paxos.keys", "{key}", "Keys in the store.", now => now.Keys);
        Gauge("paxos.requests.in_flight", "{request}", "Writes and reads waiting or under way.", now => now.RequestsInFlight);
        Gauge("paxos.commit.pending", "ms", "How long the oldest write to disk has been under way.", now => (long)now.PendingWrite.TotalMilliseconds);
        meter.CreateObservableGauge(
            "paxos.peer.lag",
            () => Lags(status()),
            "{slot}",
            "Slots that a peer has yet to learn, as this replica heard it.");

        void Gauge(string name, string unit, string description, Func<ReplicaStatus, long> value) =>
            meter.CreateObservableGauge(name, () => value(status()), unit, description);
    }

    public long Start() => time.GetTimestamp();

    /// <param name="started">Of <see cref="Start"/>.</param>
    public void Wrote(long started, OutcomeKind outcome)
    {
        writes.Add(1, new KeyValuePair<string, object?>("outcome", Name(outcome)));
        writeDuration.Record(Since(started));
    }

    public void Read(long started, Consistency consistency, bool ok)
    {
        reads.Add(1, new("consistency", consistency switch
        {
            Consistency.Linearizable => "linearizable",
            Consistency.Leased => "leased",
            _ => "local",
        }), new("outcome", ok ? "done" : "failed"));
        readDuration.Record(Since(started));
    }

    /// <param name="what">made, served, installed or refused.</param>
    public void Snapshot(string what) => snapshots.Add(1, new KeyValuePair<string, object?>("event", what));

    public void RefusedRequest() => refused.Add(1);

    /// <summary>One transaction of the storage; safe from any thread.</summary>
    public void Committed(int writeCount, TimeSpan duration)
    {
        Interlocked.Increment(ref syncs);
        commitWrites.Record(writeCount);
        commitDuration.Record(duration.TotalSeconds);
    }

    /// <summary>One exchange with a peer; safe from any thread.</summary>
    /// <param name="outcome">The reply's name, or why none came: <c>timeout</c>, <c>refused</c>, <c>circuit_open</c>, <c>failed</c>.</param>
    public void PeerAnswered(NodeId peer, string message, string outcome, TimeSpan duration)
    {
        peerRequests.Add(1, new("peer", peer.Name), new("message", message), new("outcome", outcome));
        peerDuration.Record(duration.TotalSeconds, new("peer", peer.Name), new KeyValuePair<string, object?>("message", message));
    }

    /// <summary>On the loop's thread.</summary>
    public void OnRounds(IReadOnlyList<RoundEvent> events)
    {
        foreach (var happened in events)
        {
            switch (happened)
            {
                case RoundEvent.PrepareStarted:
                    elections.Add(1);
                    break;
                case RoundEvent.AcceptStarted accept:
                    roundCommands.Record(accept.Commands);
                    Volatile.Write(ref startedRounds, startedRounds + 1);
                    Volatile.Write(ref roundedCommands, roundedCommands + accept.Commands);
                    open.Enqueue(new(accept.Ballot, accept.FirstSlot + accept.Slots - 1, time.GetTimestamp()));
                    break;
                case RoundEvent.Chosen chosen:
                    EndRounds(chosen.Ballot, chosen.Through);
                    break;
                case RoundEvent.SteppedDown stepped:
                    if (open.Count > 0) rounds.Add(open.Count, new KeyValuePair<string, object?>("outcome", "given_up"));
                    open.Clear();
                    stepDowns.Add(1, new KeyValuePair<string, object?>("reason", stepped.Reason));
                    break;
                case RoundEvent.Prepared:
                    break;
                default:
                    throw new UnreachableException();
            }
        }
    }

    public void Dispose() => meter.Dispose();

    private double Since(long started) => time.GetElapsedTime(started).TotalSeconds;

    private void EndRounds(Ballot ballot, long through)
    {
        // One of another ballot was learned in another way and never reported here.
        while (open.TryPeek(out var round) && round.LastSlot <= through)
        {
            open.Dequeue();
            var ours = round.Ballot == ballot;
            rounds.Add(1, new KeyValuePair<string, object?>("outcome", ours ? "chosen" : "given_up"));
            if (ours) roundDuration.Record(Since(round.Started));
        }
    }

    private static string Name(OutcomeKind outcome) => outcome switch
    {
        OutcomeKind.Done => "done",
        OutcomeKind.NotProposed => "not_proposed",
        OutcomeKind.Unknown => "unknown",
        OutcomeKind.Overloaded => "overloaded",
        _ => throw new UnreachableException(),
    };

    private static IEnumerable<Measurement<long>> Lags(ReplicaStatus status) => status.Peers.Select(peer =>
        new Measurement<long>(Math.Max(0, status.CommitIndex - peer.CommitIndex), new KeyValuePair<string, object?>("peer", peer.Node.Name)));

    private readonly record struct OpenRound(Ballot Ballot, long LastSlot, long Started);
}

/// <param name="Syncs">Transactions of the storage.</param>
/// <param name="Rounds">Started by this replica.</param>
/// <param name="Commands">In these rounds.</param>
public readonly record struct WorkDone(long Syncs, long Rounds, long Commands);
