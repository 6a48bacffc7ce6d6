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
    private readonly Tally writes;
    private readonly Histogram<double> writeDuration;
    private readonly Tally reads;
    private readonly Histogram<double> readDuration;
    private readonly Counter<long> refused;
    private readonly Counter<long> rounds;
    private readonly Histogram<int> roundCommands;
    private readonly Histogram<double> roundDuration;
    private readonly Histogram<double> prepareDuration;
    private readonly Histogram<double> applyDuration;
    private readonly Counter<long> elections;
    private readonly Counter<long> leaderChanges;
    private readonly Counter<long> nacks;
    private readonly Counter<long> stepDowns;
    private readonly Histogram<double> commitDuration;
    private readonly Histogram<int> commitWrites;
    private readonly Counter<long> snapshots;
    private readonly Counter<long> peerRequests;
    private readonly Histogram<double> peerDuration;
    private readonly Queue<OpenRound> open = [];
    private (Ballot Ballot, long Started) preparing;
    private long syncs, startedRounds, roundedCommands;

    public NodeMeter(IMeterFactory factory, NodeId node, TimeProvider time)
    {
        this.time = time;
        meter = factory.Create(new MeterOptions("AspirePaxos") { Tags = [new("paxos.node", node.Name)] });
        var seconds = new InstrumentAdvice<double> { HistogramBucketBoundaries = SecondsBuckets };
        var counts = new InstrumentAdvice<int> { HistogramBucketBoundaries = [.. CountBuckets.Select(count => (int)count)] };
        writes = new(meter, "paxos.writes", "{write}", "Writes of clients, by outcome.", [.. Enum.GetValues<OutcomeKind>().Select(outcome => Tags(("outcome", Name(outcome))))]);
        writeDuration = meter.CreateHistogram("paxos.write.duration", "s", "From a client's write to its outcome.", advice: seconds);
        reads = new(
            meter, "paxos.reads", "{read}", "Reads of clients, by consistency and whether they were answered.",
            [.. Enum.GetValues<Consistency>().SelectMany(consistency => (string[])["done", "failed"], (consistency, outcome) => Tags(("consistency", Name(consistency)), ("outcome", outcome)))]);
        readDuration = meter.CreateHistogram("paxos.read.duration", "s", "From a client's read to its answer.", advice: seconds);
        refused = meter.CreateCounter<long>("paxos.requests.refused", "{request}", "Requests of clients refused before anything was done, by reason.");
        rounds = meter.CreateCounter<long>("paxos.rounds", "{round}", "Rounds led by this replica, by how they ended.");
        roundCommands = meter.CreateHistogram("paxos.round.commands", "{command}", "Commands in one round.", advice: counts);
        roundDuration = meter.CreateHistogram("paxos.round.duration", "s", "From the sending of Accept until a quorum accepted.", advice: seconds);
        prepareDuration = meter.CreateHistogram("paxos.prepare.duration", "s", "From the start of phase 1 until a quorum promised.", advice: seconds);
        applyDuration = meter.CreateHistogram("paxos.apply.duration", "s", "Executing the commands of one slot on the store.", advice: seconds);
        elections = meter.CreateCounter<long>("paxos.elections", "{ballot}", "Ballots that this replica prepared.");
        leaderChanges = meter.CreateCounter<long>("paxos.leader_changes", "{change}", "Times that this replica learned of another leader.");
        nacks = meter.CreateCounter<long>("paxos.nacks", "{nack}", "Refusals that peers answered, by peer: they promised a higher ballot.");
        stepDowns = meter.CreateCounter<long>("paxos.step_downs", "{ballot}", "Ballots that this replica gave up, by reason.");
        commitDuration = meter.CreateHistogram("paxos.commit.duration", "s", "One synced transaction of the storage.", advice: seconds);
        commitWrites = meter.CreateHistogram("paxos.commit.writes", "{write}", "Writes of the replica that one transaction made durable.", advice: counts);
        snapshots = meter.CreateCounter<long>("paxos.snapshots", "{snapshot}", "Snapshots, by what happened: made, served, installed, refused.");
        peerRequests = meter.CreateCounter<long>("paxos.peer.requests", "{request}", "Requests to peers, by peer, message and outcome.");
        peerDuration = meter.CreateHistogram("paxos.peer.duration", "s", "From sending a request to a peer until its reply.", advice: seconds);
    }

    /// <summary>Counts since the start, for whoever reads the status without a collector of metrics.</summary>
    public WorkDone Work => new(Volatile.Read(ref syncs), Volatile.Read(ref startedRounds), Volatile.Read(ref roundedCommands));

    /// <summary>Gauges, read whenever somebody collects.</summary>
    internal void Observe(ReplicaLoop loop, string dataDirectory) => ReplicaGauges.Add(meter, loop, dataDirectory);

    public long Start() => time.GetTimestamp();

    /// <param name="started">Of <see cref="Start"/>.</param>
    public void Wrote(long started, OutcomeKind outcome)
    {
        writes.Count((int)outcome);
        writeDuration.Record(Since(started));
    }

    public void Read(long started, Consistency consistency, bool ok)
    {
        reads.Count(2 * (int)consistency + (ok ? 0 : 1));
        readDuration.Record(Since(started));
    }

    /// <param name="what">made, served, installed or refused.</param>
    public void Snapshot(string what) => snapshots.Add(1, new KeyValuePair<string, object?>("event", what));

    /// <param name="reason">One of a few words: the name of the answer's problem.</param>
    public void RefusedRequest(string reason) => refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void LeaderChanged() => leaderChanges.Add(1);

    /// <summary>Zero where nobody listens: then nothing is measured.</summary>
    public long StartApply() => applyDuration.Enabled ? time.GetTimestamp() : 0;

    /// <param name="started">Of <see cref="StartApply"/>.</param>
    public void Applied(long started)
    {
        if (started != 0) applyDuration.Record(Since(started));
    }

    /// <summary>One transaction of the storage; safe from any thread.</summary>
    public void Committed(int writeCount, TimeSpan duration)
    {
        Interlocked.Increment(ref syncs);
        commitWrites.Record(writeCount);
        commitDuration.Record(duration.TotalSeconds);
    }

    /// <summary>One exchange with a peer; safe from any thread.</summary>
    /// <param name="outcome">The reply's name, or why none came: <c>timeout</c>, <c>refused</c>, <c>circuit_open</c>, <c>cut_off</c>, <c>failed</c>.</param>
    public void PeerAnswered(NodeId peer, string message, string outcome, TimeSpan duration)
    {
        if (outcome == nameof(Nack)) nacks.Add(1, new KeyValuePair<string, object?>("peer", peer.Name));
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
                case RoundEvent.PrepareStarted prepare:
                    elections.Add(1);
                    preparing = (prepare.Ballot, time.GetTimestamp());
                    break;
                case RoundEvent.Prepared prepared:
                    if (prepared.Ballot == preparing.Ballot) prepareDuration.Record(Since(preparing.Started));
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
                    stepDowns.Add(1, new KeyValuePair<string, object?>("reason", Name(stepped.Kind)));
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

    private static KeyValuePair<string, object?>[] Tags(params (string Name, string Value)[] tags) =>
        [.. tags.Select(tag => new KeyValuePair<string, object?>(tag.Name, tag.Value))];

    private static string Name(Consistency consistency) => consistency switch
    {
        Consistency.Linearizable => "linearizable",
        Consistency.Leased => "leased",
        Consistency.Local => "local",
        _ => throw new UnreachableException(),
    };

    private static string Name(OutcomeKind outcome) => outcome switch
    {
        OutcomeKind.Done => "done",
        OutcomeKind.NotProposed => "not_proposed",
        OutcomeKind.Unknown => "unknown",
        OutcomeKind.Overloaded => "overloaded",
        _ => throw new UnreachableException(),
    };

    private static string Name(StepDownKind kind) => kind switch
    {
        StepDownKind.HigherBallot => "higher_ballot",
        StepDownKind.NoQuorum => "no_quorum",
        StepDownKind.DiskStuck => "disk_stuck",
        StepDownKind.Overtaken => "overtaken",
        StepDownKind.Diverged => "diverged",
        _ => throw new UnreachableException(),
    };

    private readonly record struct OpenRound(Ballot Ballot, long LastSlot, long Started);
}

/// <param name="Syncs">Transactions of the storage.</param>
/// <param name="Rounds">Started by this replica.</param>
/// <param name="Commands">In these rounds.</param>
public readonly record struct WorkDone(long Syncs, long Rounds, long Commands);
