namespace AspirePaxos.KeyValue;

/// <summary>What must hold for a put or delete to change anything.</summary>
public readonly record struct Condition(ConditionKind Kind, long Revision = 0)
{
    /// <param name="present">The key's revision, 0 where it is absent.</param>
    internal bool Holds(long present) => Kind switch
    {
        ConditionKind.None => true,
        ConditionKind.RevisionIs => present != 0 && present == Revision,
        ConditionKind.Absent => present == 0,
        ConditionKind.Present => present != 0,
        _ => throw new System.Diagnostics.UnreachableException($"Condition {Kind}"),
    };
}

public enum ConditionKind
{
    /// <summary>Unconditional.</summary>
    None,

    /// <summary>The key exists with exactly this revision (If-Match: "rev").</summary>
    RevisionIs,

    /// <summary>The key does not exist (If-None-Match: *).</summary>
    Absent,

    /// <summary>The key exists, whatever its revision (If-Match: *).</summary>
    Present,
}
