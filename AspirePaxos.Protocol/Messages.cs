namespace AspirePaxos.Protocol;

/// <summary>A message on its way, with what every message carries (rule 15: counted by From, checked against ClusterId and Mode).</summary>
/// <param name="ClusterId">Empty until the cluster is formed.</param>
/// <param name="Token">
/// Set by the receiving host on a request; the reply that answers it carries the same token, so that the host finds the exchange
/// it answers. Never interpreted by the protocol, never sent.
/// </param>
public sealed record Envelope(Identity From, Identity To, string ClusterId, Mode Mode, Message Message, long Token = 0)
{
    /// <summary>Of the messages between replicas; a difference is refused.</summary>
    public const int ProtocolVersion = 1;

    public int Version { get; init; } = ProtocolVersion;
}

/// <summary>The closed family of messages between replicas. Requests are answered by exactly one reply each, or not at all (lost).</summary>
public abstract record Message;

/// <summary>What asks; over HTTP the body of a POST.</summary>
public abstract record Request : Message;

/// <summary>What answers; over HTTP the body of the response.</summary>
public abstract record Reply : Message;

// ── Phase 1 (Paxos Made Simple §2.2, for all slots ≥ FromSlot at once as in §3) ──

/// <param name="PageFrom">= FromSlot for the first page, else the first slot of the page asked for.</param>
public sealed record Prepare(Ballot Ballot, long FromSlot, long PageFrom) : Request
{
    /// <summary>The ballot of the leader that asked the sender to stand: leases granted to it are given up (rule 16). None otherwise.</summary>
    public Ballot Handover { get; init; } = Ballot.None;
}

/// <summary>One page of a promise: everything accepted or learned in From…Through. Complete when pages cover FromSlot…LastSlot.</summary>
/// <param name="LastSlot">The highest slot accepted or learned at the moment of promising, TruncatedThrough at least; fixed by the first page.</param>
public sealed record Promise(
    Ballot Ballot, long From, long Through, long LastSlot, long CommitIndex, long TruncatedThrough, IReadOnlyList<Proposal> Proposals) : Reply;

/// <summary>What a promise reports for one slot.</summary>
public readonly record struct Proposal(long Slot, Ballot Ballot, bool Learned, Command Command);

// ── Phase 2 ──

/// <summary>Proposes <paramref name="Commands"/> for consecutive slots from <paramref name="FirstSlot"/> on.</summary>
/// <param name="CommitIndex">The leader's: what is chosen.</param>
public sealed record Accept(Ballot Ballot, long FirstSlot, IReadOnlyList<Command> Commands, long CommitIndex) : Request;

/// <summary>Accepted and durable: exactly the slots FirstSlot…FirstSlot+Count−1; never cumulative.</summary>
public sealed record Accepted(Ballot Ballot, long FirstSlot, int Count) : Reply;

/// <summary>The slots are chosen already: dropped here behind a durable state, or learned with another command than the one proposed.</summary>
public sealed record AlreadyChosen(Ballot Ballot, long CommitIndex, long TruncatedThrough) : Reply;

/// <summary>A refusal: the ballot refused, and the ballot promised instead.</summary>
public sealed record Nack(Ballot RefusedBallot, Ballot Promised, NackReason Reason) : Reply;

public enum NackReason
{
    /// <summary>A higher ballot is promised.</summary>
    Promised,

    /// <summary>A later page of a promise was asked for that no longer holds, or was never given by this process.</summary>
    PageGone,

    /// <summary>The receiver has granted a lease to another ballot, or may have before it was started (rule 16). It promises nothing for a while.</summary>
    Leased,
}

// ── Learning ──

/// <summary>Pushed: these slots are chosen.</summary>
public sealed record Learn(IReadOnlyList<LearnedCommand> Entries) : Request;

public readonly record struct LearnedCommand(long Slot, Ballot Ballot, Command Command);

/// <summary>Pulls up to <paramref name="Limit"/> learned slots from <paramref name="From"/> on.</summary>
public sealed record LearnQuery(long From, int Limit) : Request;

/// <summary>Consecutive learned slots from the one asked for; empty where the asked replica has not learned it.</summary>
public sealed record LearnReply(IReadOnlyList<LearnedCommand> Entries, long CommitIndex, long TruncatedThrough) : Reply;

/// <summary>An empty acknowledgement.</summary>
public sealed record Noted : Reply;

// ── Leadership ──

/// <param name="Ballot">The leader's; in <see cref="Mode.Simple"/> the highest the sender has promised.</param>
/// <param name="ReadSequence">Grows with every heartbeat of a ballot; an echo confirms every read that waited before it was sent.</param>
public sealed record Heartbeat(Ballot Ballot, long CommitIndex, long ReadSequence) : Request
{
    /// <summary>Rule 14; null where there is nothing new.</summary>
    public HashReport? Hashes { get; init; }

    /// <summary>Rule 16: for how many milliseconds the leader asks to be the only one that is answered; 0: not at all.</summary>
    public int Lease { get; init; }
}

/// <param name="Promised">In memory, a promise whose write is pending included.</param>
public sealed record HeartbeatReply(Ballot Ballot, long ReadSequence, Ballot Promised, long CommitIndex, long AppliedIndex) : Reply
{
    public HashReport? Hashes { get; init; }

    /// <summary>Granted, in milliseconds; 0: not at all.</summary>
    public int Lease { get; init; }
}

/// <summary>The hash of everything applied through a slot, of each node whose hash there is known to the sender.</summary>
/// <param name="Slot">A multiple of <see cref="ReplicaOptions.HashInterval"/>.</param>
/// <param name="Hashes">Sorted by node.</param>
public sealed record HashReport(long Slot, IReadOnlyList<NodeHash> Hashes);

public readonly record struct NodeHash(NodeId Node, UInt128 Hash);

/// <summary>May I stand? Changes no state and resets no timer (rule 11).</summary>
/// <param name="Handover">The ballot of the leader that asked the sender to stand; <see cref="Ballot.None"/> otherwise.</param>
public sealed record Question(long Sequence, long CommitIndex, Ballot Handover) : Request;

public sealed record Answer(long Sequence, bool Yes, Ballot Promised, long CommitIndex) : Reply;

/// <summary>The leader of <paramref name="Ballot"/> leaves and asks the receiver to stand at once.</summary>
public sealed record Handover(Ballot Ballot, long CommitIndex) : Request;

// ── Requests of clients that arrived elsewhere ──

public readonly record struct ForwardedCommand(long RequestId, ReadOnlyMemory<byte> Command);

/// <param name="Hops">0 from the node that the client spoke to; a receiver that does not lead never forwards on.</param>
public sealed record Forward(int Hops, IReadOnlyList<ForwardedCommand> Commands) : Request;

public readonly record struct ForwardedOutcome(long RequestId, Outcome Outcome);

/// <param name="Ballot">With CommitIndex, as in a heartbeat: the follower learns what it accepted in this ballot; none from a replica that does not lead.</param>
public sealed record Forwarded(IReadOnlyList<ForwardedOutcome> Outcomes, NodeId LeaderHint, Ballot Ballot, long CommitIndex) : Reply;

/// <summary>Asks the leader for a read index; in <see cref="Mode.Simple"/> asks for the highest slot accepted, learned or truncated.</summary>
public sealed record ReadIndexQuery(long Sequence) : Request;

/// <param name="Index">Reads that waited when the query was sent may be answered once this is applied; −1 where the receiver cannot say.</param>
public sealed record ReadIndexReply(long Sequence, long Index, Ballot Ballot, long CommitIndex) : Reply;

// ── Snapshots (rule 12) ──

/// <param name="Slot">0: any.</param>
/// <param name="Above">What the sender has learned: a snapshot at or below is of no use.</param>
public sealed record SnapshotQuery(long Slot, long Offset, long Above) : Request;

/// <summary>Bytes of a snapshot from Offset on; of another snapshot than the one asked for, from its start, where that one is gone.</summary>
public sealed record SnapshotChunk(SnapshotId Id, long Offset, ReadOnlyMemory<byte> Data) : Reply;

// ── Identity (rule 15) ──

/// <summary>"This is who I heard of"; from a replica that is not formed yet.</summary>
public sealed record FormationQuery(IReadOnlyList<Member> Table) : Request;

/// <param name="Boots">The latest start that was seen of each.</param>
/// <param name="Retired">Incarnations that never count again.</param>
public sealed record FormationReply(
    bool Formed, string ClusterId, IReadOnlyList<Member> Table, IReadOnlyList<SeenBoot> Boots, IReadOnlyList<Member> Retired) : Reply;

/// <param name="Incarnation">Of the member's data directory.</param>
public readonly record struct Member(NodeId Node, long Incarnation);

/// <summary>
/// From a replica with an empty directory: "count me from now on instead of the incarnation you know, and tell me what I may have
/// promised and accepted".
/// </summary>
/// <param name="FromSlot">The first slot reported; 0: nothing yet, only the announcement.</param>
/// <param name="PageFrom">= FromSlot for the first page.</param>
/// <param name="Replaced">The sender's lost incarnations, as far as anyone knew of them: it takes the place of these only.</param>
public sealed record RecoverQuery(long FromSlot, long PageFrom, IReadOnlyList<Member> Replaced) : Request;

/// <summary>As in a <see cref="Promise"/>, with the highest ballot promised; leaves when all of it, and the new incarnation, is durable.</summary>
public sealed record RecoverReply(
    Ballot Promised, long From, long Through, long LastSlot, long CommitIndex, long TruncatedThrough, IReadOnlyList<Proposal> Proposals) : Reply;

/// <summary>The envelope did not fit: counted nowhere. Over HTTP 409.</summary>
public sealed record Refused(RefusalReason Reason, string Detail) : Reply;

public enum RefusalReason
{
    Version,
    Mode,
    Cluster,

    /// <summary>The sender, or its incarnation, is no member; or the receiver is not whom the sender means.</summary>
    Member,

    /// <summary>The sender's boot counter is lower than one seen: a restored copy.</summary>
    BootCounter,

    /// <summary>The receiver has an empty directory and knows nothing yet of what it promised before.</summary>
    Recovering,

    /// <summary>Another directory has taken the place of the sender's.</summary>
    Replaced,

    /// <summary>A ballot, slot or index that no replica of this cluster can have reached.</summary>
    Absurd,
}
