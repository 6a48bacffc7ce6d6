namespace AspirePaxos.Protocol;

/// <summary>Settings of a <see cref="Replica"/>. Times are milliseconds of the clock passed to <see cref="Replica.Tick"/>.</summary>
public sealed record ReplicaOptions
{
    public required Identity Self { get; init; }

    /// <summary>Every configured member, this one included.</summary>
    public required IReadOnlyList<NodeId> Members { get; init; }

    public Mode Mode { get; init; } = Mode.Multi;

    public required ulong Seed { get; init; }

    public int HeartbeatInterval { get; init; } = 100;

    /// <summary>The minimum; a timeout is drawn from [this, twice this).</summary>
    public int ElectionTimeout { get; init; } = 600;

    /// <summary>Of a leader that reads by lease (rule 16), at most <see cref="ElectionTimeout"/>, in <see cref="Mode.Multi"/> only. 0: no leases.</summary>
    public int LeaseDuration { get; init; }

    /// <summary>After this a proposal that no quorum accepted is sent again.</summary>
    public int ResendInterval { get; init; } = 300;

    /// <summary>After this a client's write ends as not proposed or unknown, a read as failed.</summary>
    public int RequestTimeout { get; init; } = 5_000;

    /// <summary>Commands, and bytes, in one slot at most.</summary>
    public int MaxBatchCommands { get; init; } = 1_024;

    public int MaxBatchBytes { get; init; } = 1 << 20;

    /// <summary>Slots in one Accept, one page of a promise or one Learn at most, and their bytes (one slot may exceed it).</summary>
    public int MaxMessageSlots { get; init; } = 512;

    public int MaxMessageBytes { get; init; } = 4 << 20;

    /// <summary>Slots proposed and not yet chosen at most; what arrives meanwhile waits and forms larger batches.</summary>
    public int MaxSlotsInFlight { get; init; } = 8;

    /// <summary>Slots in flight up to which a round begins however little waits; a further one begins for many commands, or bytes, only.</summary>
    public int SlotsAtOnce { get; init; } = 2;

    public int WorthwhileCommands { get; init; } = 256;

    public int WorthwhileBytes { get; init; } = 256 << 10;

    /// <summary>Writes waiting or under way at most; past it they end as <see cref="OutcomeKind.Overloaded"/>.</summary>
    public int MaxPendingWrites { get; init; } = 10_000;

    /// <summary>Applied slots, and their bytes, kept for replicas that lag; one further behind gets a snapshot (rule 12).</summary>
    public int LogTailSlots { get; init; } = 10_000;

    public int LogTailBytes { get; init; } = 16 << 20;

    /// <summary>Every how many slots the replicas compare the hashes of what they applied (rule 14). The same on all of them.</summary>
    public int HashInterval { get; init; } = 64;
}

/// <summary>What a replica starts from: what its storage held, or <see cref="Empty"/>.</summary>
/// <param name="Log">Every record kept, in slot order.</param>
/// <param name="AppliedIndex">Of the state that the host restored with it.</param>
/// <param name="LogTime">The replicated clock at AppliedIndex, in milliseconds.</param>
public sealed record DurableState(
    ClusterState Cluster, Ballot Promised, long CommitIndex, IReadOnlyList<LogRecord> Log, long AppliedIndex, long LogTime)
{
    public static readonly DurableState Empty = new(ClusterState.Empty, Ballot.None, 0, [], 0, 0);

    /// <summary>Records at or below were dropped; at most AppliedIndex.</summary>
    public long TruncatedThrough { get; init; }

    /// <summary>The part of a snapshot that was fetched before the restart; null where there is none.</summary>
    public PartialSnapshot? Fetched { get; init; }
}

/// <summary>How far the fetching of a snapshot has come.</summary>
/// <param name="Offset">Bytes that are there.</param>
public readonly record struct PartialSnapshot(SnapshotId Id, long Offset);

/// <summary>Which snapshot: of the state after Slot, so many bytes with this checksum.</summary>
/// <param name="Checksum">The first 128 bits of SHA-256 over all bytes.</param>
public readonly record struct SnapshotId(long Slot, long Length, UInt128 Checksum);
