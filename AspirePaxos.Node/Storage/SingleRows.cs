using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Storage;

/// <summary>Whose directory it is, with the members and boots, which are rows of their own but change with it.</summary>
internal sealed record IdentityRow(string Node, long Incarnation, long BootCounter, string Replicas, ClusterState Cluster);

/// <param name="Rows">Of all tables but its own.</param>
internal readonly record struct AcceptorRow(Ballot Promised, long CommitIndex, long TruncatedThrough, RowTotal Rows);

/// <summary>The rows of which there is one each, as they were read or written last.</summary>
/// <param name="PositionChecksum">The position's row is written whole, so its checksum is all that is needed of the old one.</param>
/// <param name="LastSlot">The highest one in the log; 0: it is empty.</param>
internal sealed record SingleRows(IdentityRow Identity, AcceptorRow Acceptor, long PositionChecksum, long LastSlot, LargeValueUses LargeValues);
