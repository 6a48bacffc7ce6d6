namespace AspirePaxos.Protocol;

/// <summary>Who sends or receives: counted by this, never by a network address.</summary>
/// <param name="Node">The configured name.</param>
/// <param name="Incarnation">A random value made with the data directory, constant across restarts; 0 where it is not known yet.</param>
/// <param name="BootCounter">Grows durably at each start; 0 where it is not known yet.</param>
public readonly record struct Identity(NodeId Node, long Incarnation, long BootCounter)
{
    public override string ToString() => $"{Node.Name}/{Incarnation:x}/{BootCounter}";
}

/// <summary>Who proposes: <see cref="Multi"/> has a stable leader, in <see cref="Simple"/> any replica runs whole rounds (Paxos Made Simple §2).</summary>
public enum Mode
{
    Multi,
    Simple,
}
