namespace AspirePaxos.Protocol;

/// <summary>
/// What a <see cref="Replica"/> wants done after its inputs, in this order: hand <see cref="Write"/> to the storage (which answers
/// with <see cref="Replica.Persisted"/> later), send <see cref="Messages"/> at once, apply <see cref="Chosen"/> in order and report
/// each with <see cref="Replica.Applied"/>, complete <see cref="Writes"/> and <see cref="Reads"/>.
/// </summary>
/// <remarks>
/// Messages that depend on a write are held back by the replica itself until that write was reported durable:
/// everything in <see cref="Messages"/> may leave now (rule 1).
/// </remarks>
public sealed class Ready
{
    /// <summary>To be made durable atomically, after every earlier one; null where nothing changed.</summary>
    public Write? Write { get; internal set; }

    public List<Envelope> Messages { get; } = [];

    public List<ChosenCommand> Chosen { get; } = [];

    public List<WriteCompletion> Writes { get; } = [];

    public List<ReadCompletion> Reads { get; } = [];

    /// <summary>Peers ask for parts of a snapshot of this replica's state; each is answered with <see cref="Replica.AnswerSnapshot"/>.</summary>
    public List<SnapshotRead> SnapshotReads { get; } = [];

    /// <summary>
    /// Parts of a snapshot that is being fetched, in the order of their offsets: to be kept in a file of its own. Once the last byte is
    /// there the host checks it and calls <see cref="Replica.InstallSnapshot"/> or <see cref="Replica.RefuseSnapshot"/>.
    /// </summary>
    public List<SnapshotPart> SnapshotParts { get; } = [];

    /// <summary>What happened to rounds led by this replica, for whoever traces them; no effect to carry out.</summary>
    public List<RoundEvent> Rounds { get; } = [];

    public bool IsEmpty =>
        Write is null && Messages.Count == 0 && Chosen.Count == 0 && Writes.Count == 0 && Reads.Count == 0 && Rounds.Count == 0
        && SnapshotReads.Count == 0 && SnapshotParts.Count == 0;
}

/// <summary>Acceptor state, and with it what a restart needs. Null or empty parts are unchanged.</summary>
/// <param name="Sequence">From 1 in each process, consecutive; the argument of <see cref="Replica.Persisted"/>.</param>
/// <param name="CommitIndex">Every slot up to here is learned, and its record is in this write or an earlier one.</param>
public sealed record Write(
    long Sequence, Ballot? Promised, IReadOnlyList<LogRecord> Records, long CommitIndex, ClusterState? Cluster)
{
    /// <summary>Records at or below are dropped, in the same transaction. It never goes down.</summary>
    public long TruncatedThrough { get; init; }

    /// <summary>
    /// The slot of a snapshot: in the same transaction the host's state after that slot replaces all rows of the state on disk.
    /// 0: none. Promise, cluster and records above the slot stay.
    /// </summary>
    public long InstalledSnapshot { get; init; }
}

/// <summary>The durable record of one slot; replaces an earlier one of the same slot.</summary>
/// <param name="Learned">The command is known to be chosen, whatever the ballot.</param>
public readonly record struct LogRecord(long Slot, Ballot Ballot, bool Learned, Command Command);

/// <summary>What a replica durably knows of its cluster (rule 15).</summary>
/// <param name="ClusterId">Empty until formed.</param>
/// <param name="Members">The first incarnation heard for each node, or the one that took its place; sorted by node.</param>
/// <param name="Boots">The highest boot counter seen of each node, sorted by node.</param>
public sealed record ClusterState(string ClusterId, IReadOnlyList<Member> Members, IReadOnlyList<SeenBoot> Boots)
{
    public static readonly ClusterState Empty = new("", [], []);

    /// <summary>Incarnations whose directories were lost and replaced: they never count again.</summary>
    public IReadOnlyList<Member> Retired { get; init; } = [];

    /// <summary>This directory replaces a lost one, and has not yet gathered what that one may have promised.</summary>
    public bool Recovering { get; init; }

    /// <summary>Why this replica may never serve from this directory again; null where it may.</summary>
    public string? Stopped { get; init; }
}

public readonly record struct SeenBoot(NodeId Node, long BootCounter);

/// <summary>A slot to apply, in slot order, each once.</summary>
public readonly record struct ChosenCommand(long Slot, Command Command);

public readonly record struct WriteCompletion(long RequestId, Outcome Outcome);

/// <param name="Slot">
/// The one asked for; 0: any. Where there is none of that slot, one at or above <see cref="Replica.TruncatedThrough"/> and above
/// <paramref name="Above"/> is answered from its start, a new one where need be.
/// </param>
public readonly record struct SnapshotRead(Envelope Query, long Slot, long Offset, long Above);

/// <param name="Offset">Where <paramref name="Data"/> goes; 0 begins the file anew.</param>
public readonly record struct SnapshotPart(SnapshotId Id, long Offset, ReadOnlyMemory<byte> Data)
{
    public bool IsLast => Offset + Data.Length == Id.Length;
}

/// <param name="Ok">True: the state now applied here may be read. False: no index could be confirmed in time.</param>
public readonly record struct ReadCompletion(long RequestId, bool Ok);

public abstract record RoundEvent
{
    private RoundEvent()
    {
    }

    /// <summary>Phase 1 begins: the promise is on its way to disk, Prepare leaves when it is durable.</summary>
    public sealed record PrepareStarted(Ballot Ballot, long FromSlot) : RoundEvent;

    /// <summary>A quorum promised; recovered slots are being proposed again.</summary>
    public sealed record Prepared(Ballot Ballot, long RecoveredSlot) : RoundEvent;

    /// <summary>Phase 2 begins for consecutive slots.</summary>
    /// <param name="RequestIds">Of this replica's own clients, as given to <see cref="Replica.Propose"/>.</param>
    /// <param name="ForwardTokens">Of the <see cref="Forward"/> envelopes whose commands are in it.</param>
    public sealed record AcceptStarted(
        Ballot Ballot, long FirstSlot, int Slots, int Commands, int Quorum, long WriteSequence,
        IReadOnlyList<long> RequestIds, IReadOnlyList<long> ForwardTokens) : RoundEvent;

    /// <summary>A quorum accepted every slot through <paramref name="Through"/> (in slot order).</summary>
    public sealed record Chosen(Ballot Ballot, long Through) : RoundEvent;

    /// <summary>The ballot was given up: higher promise seen, quorum lost, or timed out.</summary>
    /// <param name="Reason">The same as <paramref name="Kind"/> for people, with names and ballots.</param>
    public sealed record SteppedDown(Ballot Ballot, StepDownKind Kind, string Reason) : RoundEvent;
}

/// <summary>Why a leader or a candidate gave up its ballot.</summary>
public enum StepDownKind
{
    /// <summary>A higher one leads, was promised, or refused it.</summary>
    HigherBallot,

    /// <summary>No majority answered, promised or accepted in time.</summary>
    NoQuorum,

    /// <summary>Its own write to disk does not end.</summary>
    DiskStuck,

    /// <summary>Slots were chosen without it.</summary>
    Overtaken,

    /// <summary>This replica's state differs from the others': it stops.</summary>
    Diverged,
}
