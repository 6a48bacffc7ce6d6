using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// Remembers what the whole cluster ever did and checks each effect against it: one command per slot for ever, chosen by a quorum
/// of durable acceptances, applied in order, once, with the same result everywhere; a promise on disk that never goes down.
/// </summary>
internal sealed class ClusterChecker(IReadOnlyList<Host> hosts, Coverage coverage)
{
    private readonly Acceptances acceptances = new(hosts);
    private readonly Dictionary<(long Slot, Ballot Ballot), Command> proposals = [];
    private readonly Dictionary<Ballot, Process> owners = [];
    private readonly HashSet<Ballot> prepared = [];

    /// <summary>The highest CommitIndex that was announced in each ballot.</summary>
    private readonly Dictionary<Ballot, long> announced = [];
    private readonly Dictionary<long, string> clusters = [];
    private Ballot highestPromise = Ballot.None;
    private readonly Dictionary<long, (StateHashes? Hashes, IReadOnlyList<KeyValue.StoreResult> Results, Batch Batch)> states =
        new() { [0] = (default(StateHashes), [], new Batch(0, [])) };

    /// <summary>Ours over everything applied, and the store's own chain.</summary>
    private readonly record struct StateHashes(ulong Ours, UInt128 Chain);

    public IReadOnlyDictionary<Ballot, Process> Owners => owners;

    public int ChosenSlots => acceptances.ChosenSlots;

    /// <summary>What each key held after each slot.</summary>
    public StateHistory States { get; } = new();

    /// <summary>The highest slot that anyone applied.</summary>
    public long HighestApplied { get; private set; }

    public IReadOnlyList<KeyValue.StoreResult> ResultsAt(long slot) => states[slot].Results;

    public Batch BatchAt(long slot) =>
        states.TryGetValue(slot, out var state) ? state.Batch : throw new SimulationException($"slot {slot} is acknowledged, but nobody applied it");

    public IEnumerable<Batch> AppliedBatches => states.Values.Select(state => state.Batch);

    public bool IsChosen(long slot) => acceptances.Chosen(slot) is not null;

    /// <summary>Decision 9: a directory that took the place of a lost one may be told what others accepted.</summary>
    public bool MayBeTold(Identity recovering) => acceptances.WasNotedByAllOthers(recovering.Incarnation);

    public void Started(Process process)
    {
        var position = process.Host.Disk.Position.AppliedIndex;
        Rule.Requires(process.Store.Position.AppliedIndex == position, process.Host, "the store was not restored at the position of the disk");
        process.Observed = new Observation
        {
            Applied = position,
            Hash = states[position].Hashes?.Ours ?? 0,
            Promised = process.Host.Disk.Promised,
            Commit = process.Host.Disk.CommitIndex,
            LogTime = process.Store.Position.LogTime,
        };
    }

    public void Submitted(Process process, Write write)
    {
        var seen = process.Observed!;
        Rule.Requires(write.Sequence == seen.Sequence + 1, process.Host, $"write {write.Sequence} follows write {seen.Sequence}");
        seen.Sequence = write.Sequence;
        foreach (var record in write.Records)
        {
            if (record.Learned) Learned(process, record.Slot, record.Command);
            else Proposed(process, record.Slot, record.Ballot, record.Command);
        }
    }

    /// <summary>A write reaches the disk; what the disk held before is still there.</summary>
    public void BecameDurable(Host host, Write write)
    {
        var disk = host.Disk;
        RemembersCluster(host, write);
        if (write.Cluster is { } cluster && !disk.IsStrange) acceptances.TookNote(host, cluster);
        var durable = Math.Max(disk.Position.AppliedIndex, write.InstalledSnapshot);
        Rule.Requires(write.TruncatedThrough <= durable, host, $"drops the log through slot {write.TruncatedThrough}, the state on disk is that after {durable}");
        Rule.Requires(write.TruncatedThrough >= disk.TruncatedThrough, host, $"the truncation goes down from {disk.TruncatedThrough} to {write.TruncatedThrough}");
        coverage.Count(Seen.Truncations, write.TruncatedThrough > disk.TruncatedThrough ? 1 : 0);
        Rule.Requires(write.Promised is not { } promised || promised >= disk.Promised, host, $"the promise on disk goes down from {disk.Promised} to {write.Promised}");
        highestPromise = Ballot.Max(highestPromise, write.Promised ?? Ballot.None);
        foreach (var record in write.Records)
        {
            var before = disk.Record(record.Slot);
            if (before is { Learned: true } learned)
            {
                Rule.Requires(learned.Command == record.Command, host, $"the learned record of slot {record.Slot} changes");
                Rule.Requires(record.Learned, host, $"the record of slot {record.Slot} forgets that it was learned");
            }

            if (record.Learned) continue;
            Rule.Requires(record.Ballot <= (write.Promised ?? disk.Promised), host, $"slot {record.Slot} is accepted at {record.Ballot}, which was not promised with it");
            Rule.Requires(record.Ballot >= disk.Promised, host, $"slot {record.Slot} is accepted at {record.Ballot}, below the promise {disk.Promised}");
            // What a recovering replica takes over from reports, below the promise it takes over, it never said to a proposer.
            if (!disk.Cluster.Recovering || record.Ballot >= write.Promised) acceptances.Add(host, record.Slot, record.Ballot, record.Command);
        }
    }

    /// <summary>A ballot proposes one command for a slot, for ever; a chosen command is the only one proposed in higher ballots.</summary>
    public void Proposed(Process process, long slot, Ballot ballot, Command command)
    {
        if (proposals.TryGetValue((slot, ballot), out var other))
        {
            Rule.Requires(other == command, process.Host, $"{ballot} proposes two commands for slot {slot}");
            return;
        }

        proposals[(slot, ballot)] = command;
        if (!command.IsNoOp && acceptances.IsKnown(slot)) coverage.Count(Seen.ProposedAgain);
        if (acceptances.Chosen(slot) is not { } decided || ballot < decided.Ballot) return;
        Rule.Requires(decided.Command == command, process.Host, $"{ballot} proposes another command for slot {slot} than {decided.Ballot} has chosen");
    }

    /// <summary>
    /// An Accepted leaves: its acceptance must be on the disk, this one or one of a higher ballot; or what the slot was learned to hold,
    /// which a higher ballot may have chosen instead while the disk was slow (seed 102835): the acceptance can no longer matter then.
    /// </summary>
    public void Acknowledged(Process process, long slot, Ballot ballot)
    {
        if (!proposals.TryGetValue((slot, ballot), out var command)) throw Failure(process.Host, $"accepts what {ballot} never proposed for slot {slot}");
        // Chosen, and dropped behind a durable state while the answer waited for the disk.
        if (slot <= process.Host.Disk.TruncatedThrough) return;
        if (process.Host.Disk.Record(slot) is not { } record) throw Failure(process.Host, $"acknowledges slot {slot} of {ballot} before it is durable");
        Rule.Requires(record.Learned || record.Ballot >= ballot, process.Host, $"acknowledges slot {slot} of {ballot}, the disk holds {record.Ballot}");
        var sameProposal = record.Learned ? acceptances.Chosen(slot)!.Value.Ballot <= ballot : record.Ballot == ballot;
        Rule.Requires(!sameProposal || record.Command == command, process.Host, $"acknowledges another command for slot {slot} of {ballot} than it has on disk");
        acceptances.Add(process.Host, slot, ballot, command);
    }

    public void Learned(Process process, long slot, Command command)
    {
        if (acceptances.Chosen(slot) is not { } decided) throw Failure(process.Host, $"takes slot {slot} for chosen, which no quorum has accepted durably");
        Rule.Requires(decided.Command == command, process.Host, $"learned another command for slot {slot} than the chosen one");
    }

    public void Leads(Process process, Ballot ballot)
    {
        Rule.Requires(ballot.Node == process.Host.Node, process.Host, $"proposes in {ballot}, a ballot of another node");
        if (owners.TryAdd(ballot, process)) return;
        Rule.Requires(owners[ballot] == process, process.Host, $"leads {ballot} again after a restart");
    }

    /// <summary>
    /// Every follower takes what it accepted in this ballot, through here, for chosen (rule 6): so no other command may have been chosen
    /// in a slot for which this ballot proposed one (decision 3).
    /// </summary>
    public void Announced(Process process, Ballot ballot, long commitIndex)
    {
        var from = announced.GetValueOrDefault(ballot, 0);
        for (var slot = from + 1; slot <= commitIndex; slot++)
        {
            if (!proposals.TryGetValue((slot, ballot), out var command) || acceptances.Chosen(slot) is not { } decided) continue;
            Rule.Requires(command == decided.Command, process.Host, $"announces CommitIndex {commitIndex} in {ballot}, which proposed another command for slot {slot} than {decided.Ballot} has chosen");
        }

        if (commitIndex > from) announced[ballot] = commitIndex;
    }

    public void Happened(Process process, RoundEvent round)
    {
        if (round is RoundEvent.Prepared done) Rule.Requires(prepared.Add(done.Ballot), process.Host, $"leads {done.Ballot} twice");
        if (round is RoundEvent.SteppedDown given && given.Reason.StartsWith("refused", StringComparison.Ordinal))
        {
            Rule.Requires(highestPromise > given.Ballot, process.Host, $"gives up {given.Ballot} for a refusal, and nobody promised a higher one");
        }
    }

    /// <returns>True for the first process that applies the slot.</returns>
    public bool Applied(Process process, in AppliedSlot applied)
    {
        Learned(process, applied.Slot, applied.Command);
        var seen = process.Observed!;
        Rule.Requires(applied.Slot == seen.Applied + 1, process.Host, $"applies slot {applied.Slot} after slot {seen.Applied}");
        seen.Applied = applied.Slot;
        seen.Hash = StateHash.Next(seen.Hash, applied);
        HighestApplied = Math.Max(HighestApplied, applied.Slot);
        var time = process.Store.Position.LogTime;
        Rule.Requires(time >= seen.LogTime, process.Host, $"the replicated clock runs back from {seen.LogTime} to {time} with slot {applied.Slot}");
        seen.LogTime = time;
        StateHashes? hashes = process.Host.Disk.Diverges ? null : new StateHashes(seen.Hash, process.Store.Position.Hash);
        if (states.TryGetValue(applied.Slot, out var state))
        {
            Rule.Requires(hashes is null || state.Hashes is null || state.Hashes == hashes, process.Host, $"its state after slot {applied.Slot} differs from the others'");
            states[applied.Slot] = state with { Hashes = state.Hashes ?? hashes };
            return false;
        }

        states[applied.Slot] = (hashes, applied.Results, applied.Batch);
        States.Add(applied.Slot, applied.Changes);
        if (applied.Command.IsNoOp) coverage.Count(Seen.GapsFilled);
        foreach (var result in applied.Results)
        {
            if (result.Slot != applied.Slot) coverage.Count(Seen.RetriesAnsweredFromTable);
        }

        return true;
    }

    /// <summary>A snapshot is the state that others reached slot by slot.</summary>
    public void Installed(Process process, KeyValue.StoreSnapshot snapshot)
    {
        var slot = snapshot.Position.AppliedIndex;
        var seen = process.Observed!;
        if (!states.TryGetValue(slot, out var state)) throw Failure(process.Host, $"installs a snapshot of slot {slot}, which nobody applied");
        Rule.Requires(slot > seen.Applied, process.Host, $"installs a snapshot of slot {slot}, it applied {seen.Applied}");
        seen.Applied = slot;
        seen.LogTime = snapshot.Position.LogTime;
        seen.Hash = state.Hashes?.Ours ?? 0;
        Rule.Requires(state.Hashes?.Chain == snapshot.Position.Hash, process.Host, $"installs a snapshot of slot {slot} that is not the state after it");
    }

    /// <summary>After each turn of a process.</summary>
    public static void Observe(Process process)
    {
        var replica = process.Replica;
        var seen = process.Observed!;
        Rule.Requires(replica.CommitIndex >= seen.Commit, process.Host, $"its CommitIndex goes down from {seen.Commit} to {replica.CommitIndex}");
        Rule.Requires(replica.Promised >= seen.Promised, process.Host, $"its promise goes down from {seen.Promised} to {replica.Promised}");
        Rule.Requires(replica.AppliedIndex <= replica.CommitIndex, process.Host, "it applied past its CommitIndex");
        Rule.Requires(replica.AppliedIndex == seen.Applied, process.Host, $"it says applied {replica.AppliedIndex}, its store is at {seen.Applied}");
        Rule.Requires(replica.Rejection is null || process.Host.Disk.IsStrange || process.Host.Disk.Diverges, process.Host, $"it was rejected: {replica.Rejection}");
        seen.Commit = replica.CommitIndex;
        seen.Promised = replica.Promised;
    }

    /// <summary>Rule 15: what a directory knows of its cluster it knows for ever, whatever state is put into it.</summary>
    private void RemembersCluster(Host host, Write write)
    {
        var disk = host.Disk;
        if (disk.IsStrange) return;
        if (clusters.TryGetValue(disk.Incarnation, out var known)) Rule.Requires(disk.Cluster.ClusterId == known, host, $"its directory has forgotten that it is of cluster {known}");
        if (write.Cluster is { ClusterId.Length: > 0 } cluster) clusters[disk.Incarnation] = cluster.ClusterId;
    }

    private static SimulationException Failure(Host host, string broken) => new($"{host.Node}: {broken}");
}

/// <summary>What one process showed so far.</summary>
internal sealed class Observation
{
    public long Applied { get; set; }

    public long Commit { get; set; }

    public long LogTime { get; set; }

    public Ballot Promised { get; set; }

    /// <summary>By token, of an Accept that came when slots of it had been dropped: through which.</summary>
    public Dictionary<long, long> AskedBehind { get; } = [];

    public ulong Hash { get; set; }

    public long Sequence { get; set; }

    public Standing Standing { get; set; }
}
