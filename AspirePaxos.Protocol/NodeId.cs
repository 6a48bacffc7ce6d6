namespace AspirePaxos.Protocol;

/// <summary>The configured name of a node, such as <c>node0</c>. Compared ordinally.</summary>
public readonly record struct NodeId(string Name) : IComparable<NodeId>
{
    public static readonly NodeId None = new("");

    public int CompareTo(NodeId other) => string.CompareOrdinal(Name, other.Name);

    public override string ToString() => Name;
}
