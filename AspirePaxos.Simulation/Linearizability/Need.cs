namespace AspirePaxos.Simulation.Linearizability;

/// <summary>What an operation must find, to be answered as it was; null where anything will do.</summary>
/// <param name="Absent">It may find no value.</param>
/// <param name="Present">It may find a value: <paramref name="Value"/> at <paramref name="Revision"/>, each null for any.</param>
internal readonly record struct Need(bool Absent, bool Present, string? Value = null, long? Revision = null)
{
    private static readonly Need absent = new(true, false);
    private static readonly Need present = new(false, true);

    /// <remarks>
    /// A delete of unknown outcome that asks for no revision needs nothing: where there is no value it leaves what it would have left.
    /// </remarks>
    public static Need? Of(Operation operation) => operation switch
    {
        { Outcome: OperationOutcome.NotFound } => absent,
        { Kind: OperationKind.Get } => new Need(false, true, operation.Value, operation.Revision),
        { Outcome: OperationOutcome.ConditionFailed } => OfFailed(operation),
        { Condition.Kind: OperationConditionKind.RevisionIs } => new Need(false, true, null, operation.Condition.Revision),
        { Condition.Kind: OperationConditionKind.Absent } => absent,
        { Kind: OperationKind.Delete, Outcome: OperationOutcome.Unknown } => null,
        { Kind: OperationKind.Delete } or { Condition.Kind: OperationConditionKind.Present } => present,
        _ => null,
    };

    private static Need OfFailed(Operation operation) => operation switch
    {
        { Revision: 0 } => absent,
        { Revision: { } revision } => new Need(false, true, null, revision),
        { Condition.Kind: OperationConditionKind.Absent } => present,
        { Condition.Kind: OperationConditionKind.Present } => absent,
        _ => new Need(true, true),
    };
}
