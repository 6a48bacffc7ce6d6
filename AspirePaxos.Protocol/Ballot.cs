namespace AspirePaxos.Protocol;

/// <summary>
/// A proposal number (Paxos Made Simple §2.2), unique because it names its proposer, totally ordered by number, then node.
/// </summary>
/// <param name="Number">From 1; 0 only in <see cref="None"/>.</param>
/// <param name="Node">The one replica that may lead this ballot.</param>
public readonly record struct Ballot(long Number, NodeId Node) : IComparable<Ballot>
{
    /// <summary>Below every ballot that anyone can lead.</summary>
    public static readonly Ballot None = new(0, NodeId.None);

    public bool IsNone => Number == 0;

    public int CompareTo(Ballot other) =>
        Number != other.Number ? Number.CompareTo(other.Number) : Node.CompareTo(other.Node);

    public static bool operator <(Ballot left, Ballot right) => left.CompareTo(right) < 0;

    public static bool operator >(Ballot left, Ballot right) => left.CompareTo(right) > 0;

    public static bool operator <=(Ballot left, Ballot right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Ballot left, Ballot right) => left.CompareTo(right) >= 0;

    public static Ballot Max(Ballot left, Ballot right) => left >= right ? left : right;

    public override string ToString() => IsNone ? "none" : $"{Number}.{Node.Name}";
}
