namespace AspirePaxos.Simulation.Linearizability;

/// <summary>
/// One key, as a register with a revision. A write whose answer was lost leaves a revision that nobody knows yet: then it is only known
/// to lie above <see cref="Revision"/>, until an answer names it.
/// </summary>
/// <param name="Value">A number for each different value; −1: absent.</param>
/// <param name="Revision">Of the last change, a delete included.</param>
/// <param name="Exact">False: the revision lies above <paramref name="Revision"/>.</param>
internal readonly record struct KeyState(int Value, long Revision, bool Exact)
{
    public static readonly KeyState Initial = new(-1, 0, true);

    public bool Present => Value >= 0;

    /// <summary>The lowest that the revision can be.</summary>
    public long LeastRevision => Exact ? Revision : Revision + 1;

    /// <summary>Whatever may come after the other may come after this one.</summary>
    public bool Covers(KeyState other) =>
        this == other || (Value == other.Value && (Present ? !Exact && LeastRevision <= other.LeastRevision : LeastRevision <= other.LeastRevision));

    /// <summary>The state after the operation, where it may come next with the answer it got; null where it may not.</summary>
    /// <param name="value">The number of the operation's value.</param>
    public KeyState? After(Operation operation, int value) => (operation.Kind, operation.Outcome) switch
    {
        (OperationKind.Get, OperationOutcome.Ok) => Present && value == Value ? Seen(operation.Revision) : null,
        (OperationKind.Get, OperationOutcome.NotFound) => Present ? null : this,
        (OperationKind.Put, OperationOutcome.Ok or OperationOutcome.Unknown) => Meeting(operation.Condition)?.Changed(value, operation),
        (OperationKind.Delete, OperationOutcome.Ok or OperationOutcome.Unknown) => Present ? Meeting(operation.Condition)?.Changed(-1, operation) : null,
        (OperationKind.Delete, OperationOutcome.NotFound) => !Present && Meeting(operation.Condition) is { } met ? met : null,
        (OperationKind.Put or OperationKind.Delete, OperationOutcome.ConditionFailed) => Failing(operation),
        _ => null,
    };

    private KeyState? Seen(long? revision)
    {
        if (revision is not { } seen) return this;
        return (Exact ? seen == Revision : seen > Revision) ? this with { Revision = seen, Exact = true } : null;
    }

    /// <summary>Where the condition holds, with what that says about the revision.</summary>
    private KeyState? Meeting(OperationCondition condition) => condition.Kind switch
    {
        OperationConditionKind.None => this,
        OperationConditionKind.Absent => Present ? null : this,
        OperationConditionKind.Present => Present ? this : null,
        _ => Present ? Seen(condition.Revision) : null,
    };

    private KeyState? Failing(Operation operation)
    {
        KeyState? seen = operation.Revision switch
        {
            0 => Present ? null : this,
            null => this,
            _ => Present ? Seen(operation.Revision) : null,
        };
        if (seen is not { } state) return null;
        var fails = operation.Condition.Kind switch
        {
            OperationConditionKind.None => false,
            OperationConditionKind.Absent => state.Present,
            OperationConditionKind.Present => !state.Present,
            _ => !state.Present || !state.Exact || state.Revision != operation.Condition.Revision,
        };
        return fails ? state : null;
    }

    private KeyState? Changed(int value, Operation operation)
    {
        if (operation.Outcome == OperationOutcome.Unknown || operation.Revision is not { } revision) return new KeyState(value, LeastRevision, false);
        return revision > LeastRevision ? new KeyState(value, revision, true) : null;
    }
}
