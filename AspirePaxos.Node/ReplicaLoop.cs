using System.Diagnostics;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node;

/// <summary>The only thread that touches the <see cref="Replica"/> and the <see cref="KeyValueStore"/>: input → Ready → storage → messages → apply.</summary>
public sealed class ReplicaLoop
{
    /// <summary>Proposes one encoded <see cref="StoreCommand"/>, here or by one hop at the leader. Never throws for refusals: they are outcomes.</summary>
    /// <param name="parent">The client's request, for the trace of its round.</param>
    public ValueTask<Outcome> WriteAsync(ReadOnlyMemory<byte> command, ActivityContext parent) => throw new NotImplementedException();

    /// <summary>Runs a query on the loop's thread: after a confirmed read index (linearizable), or at once (local).</summary>
    /// <returns>Ok = false where no index could be confirmed in time.</returns>
    public ValueTask<ReadAnswer<T>> ReadAsync<T>(Consistency consistency, Func<KeyValueStore, T> query) => throw new NotImplementedException();

    /// <summary>Runs a question about the log on the loop's thread.</summary>
    public ValueTask<T> InspectAsync<T>(Func<Replica, KeyValueStore, T> question) => throw new NotImplementedException();

    /// <summary>As of the last turn of the loop; safe from any thread.</summary>
    public ReplicaStatus Status => throw new NotImplementedException();
}

public enum Consistency
{
    Linearizable,
    Local,
}

/// <param name="AppliedIndex">The slot at which the query ran.</param>
public readonly record struct ReadAnswer<T>(bool Ok, T? Value, long AppliedIndex);

/// <summary>An immutable picture of the replica.</summary>
/// <param name="Rejection">Why this replica may not take part; null where it may.</param>
/// <param name="PendingWrite">How long the oldest write to disk has been under way; zero where none is.</param>
/// <param name="LastPersisted">Since the last write that became durable.</param>
public sealed record ReplicaStatus(
    Identity Self, string ClusterId, Mode Mode, Role Role, NodeId Leader, Ballot Ballot, Ballot Promised,
    long CommitIndex, long AppliedIndex, long LastSlot, long Revision, int Keys, bool HasRecentQuorum, string? Rejection,
    TimeSpan PendingWrite, TimeSpan LastPersisted, int RequestsInFlight, IReadOnlyList<PeerPicture> Peers);

/// <param name="SinceHeard">Null where nothing came since the start.</param>
public sealed record PeerPicture(NodeId Node, TimeSpan? SinceHeard, long CommitIndex, long AppliedIndex);
