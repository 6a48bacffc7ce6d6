namespace AspirePaxos.Protocol;

/// <param name="LastHeard">The clock at the last message from it; −1 where none came since the start.</param>
/// <param name="CommitIndex">As it last said.</param>
public readonly record struct PeerStatus(NodeId Node, long LastHeard, long CommitIndex, long AppliedIndex, long BootCounter);
