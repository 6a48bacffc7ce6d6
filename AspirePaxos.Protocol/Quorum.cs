namespace AspirePaxos.Protocol;

/// <summary>Majority arithmetic, alone here: any two quorums of the same members share one.</summary>
public readonly record struct Quorum(int Members)
{
    public int Size => (Members / 2) + 1;

    public bool Reached(int count) => count >= Size;

    /// <summary>The largest value that a quorum has reached: the <see cref="Size"/>-th largest.</summary>
    /// <param name="values">One per member.</param>
    public long ReachedByQuorum(Span<long> values)
    {
        Invariant.Holds(values.Length == Members);
        values.Sort();
        return values[Members - Size];
    }
}
