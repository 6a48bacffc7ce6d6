namespace AspirePaxos.Protocol;

public enum Role
{
    /// <summary>Not a member of a formed cluster yet.</summary>
    Forming,
    Follower,
    Candidate,
    Leader,
}

/// <summary>
/// One replica as a synchronous state machine: inputs in, effects out through <see cref="TakeReady"/>. It does no I/O, reads no clock
/// and draws random numbers from its own seed only, so that a simulator can drive it through any fault. Not thread-safe: one owner.
/// </summary>
public sealed class Replica
{
    public Replica(ReplicaOptions options, DurableState restored, long now)
    {
        Options = options;
        _ = (restored, now);
    }

    public ReplicaOptions Options { get; }

    public Role Role => throw new NotImplementedException();

    /// <summary>Whom this replica takes for the leader (itself included); <see cref="NodeId.None"/> where it knows none.</summary>
    public NodeId Leader => throw new NotImplementedException();

    /// <summary>The leader's ballot as known here (in Simple mode the highest promised).</summary>
    public Ballot Ballot => throw new NotImplementedException();

    public Ballot Promised => throw new NotImplementedException();

    public long CommitIndex => throw new NotImplementedException();

    public long AppliedIndex => throw new NotImplementedException();

    /// <summary>The highest slot with a record.</summary>
    public long LastSlot => throw new NotImplementedException();

    public string ClusterId => throw new NotImplementedException();

    /// <summary>Why this replica may not take part (a wiped or restored directory); null where it may. The host stops with this text.</summary>
    public string? Rejection => throw new NotImplementedException();

    /// <summary>A quorum was confirmed within the last two election timeouts: as leader by answers, as follower by hearing the leader.</summary>
    public bool HasRecentQuorum => throw new NotImplementedException();

    /// <summary>What this replica knows of a peer.</summary>
    public PeerStatus Peer(NodeId node) => throw new NotImplementedException();

    /// <summary>The record of a slot; null where there is none. Learned: known to be chosen.</summary>
    public LogRecord? Record(long slot) => throw new NotImplementedException();

    /// <summary>A client's write. It ends in exactly one <see cref="Ready.Writes"/> completion.</summary>
    /// <param name="requestId">Unique among the pending requests of this process.</param>
    /// <param name="command">One JSON value in UTF-8, opaque here.</param>
    public void Propose(long requestId, ReadOnlyMemory<byte> command) => throw new NotImplementedException();

    /// <summary>A linearizable read. It ends in exactly one <see cref="Ready.Reads"/> completion.</summary>
    public void Read(long requestId) => throw new NotImplementedException();

    public void Receive(Envelope envelope) => throw new NotImplementedException();

    /// <summary>Time passes. Call every few milliseconds.</summary>
    /// <param name="now">Milliseconds of a monotonic clock that advances in suspension.</param>
    public void Tick(long now) => throw new NotImplementedException();

    /// <summary>The write of this sequence, and with it every earlier one, is durable.</summary>
    public void Persisted(long sequence) => throw new NotImplementedException();

    /// <summary>A chosen slot was applied here.</summary>
    /// <param name="results">One per client command of the slot's batch, in order; opaque here.</param>
    public void Applied(long slot, IReadOnlyList<ReadOnlyMemory<byte>> results) => throw new NotImplementedException();

    /// <summary>A connection to or from this node was refused or reset: its process is gone (rule 11).</summary>
    public void PeerUnreachable(NodeId node) => throw new NotImplementedException();

    /// <summary>A request of <see cref="Ready.Messages"/> gets no reply.</summary>
    /// <param name="delivered">False only where it certainly never reached the peer (refused connection, open circuit).</param>
    public void Undelivered(Envelope envelope, bool delivered) => throw new NotImplementedException();

    /// <summary>Leave leadership: stop proposing, bring a follower up to date, ask it to stand. Idempotent; nothing happens on a follower.</summary>
    public void HandOver() => throw new NotImplementedException();

    /// <summary>The effects of all inputs since the last call. Call after one input, or after a few that arrived together.</summary>
    public Ready TakeReady() => throw new NotImplementedException();
}

/// <param name="LastHeard">The clock at the last message from it; −1 where none came since the start.</param>
/// <param name="CommitIndex">As it last said.</param>
public readonly record struct PeerStatus(NodeId Node, long LastHeard, long CommitIndex, long AppliedIndex, long BootCounter);
