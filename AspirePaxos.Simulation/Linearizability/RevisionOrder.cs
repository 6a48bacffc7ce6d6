namespace AspirePaxos.Simulation.Linearizability;

/// <summary>
/// The answers that name a revision of the key, lowest first. Revisions only grow, so no state may be reached that lies above the lowest
/// one still to be placed.
/// </summary>
internal sealed class RevisionOrder
{
    private readonly int[] rankOf;
    private readonly int[] operationAt;
    private readonly long[] revisionAt;
    private readonly bool[] placed;
    private int lowest;

    public RevisionOrder(IReadOnlyList<Operation> operations)
    {
        operationAt = [.. Enumerable.Range(0, operations.Count).Where(i => NamesRevision(operations[i])).OrderBy(i => operations[i].Revision)];
        revisionAt = [.. operationAt.Select(i => operations[i].Revision!.Value)];
        placed = new bool[operationAt.Length];
        rankOf = new int[operations.Count];
        Array.Fill(rankOf, -1);
        for (var rank = 0; rank < operationAt.Length; rank++) rankOf[operationAt[rank]] = rank;
    }

    /// <param name="operation">What comes next; −1: one that is not among these.</param>
    public bool Allow(int operation, KeyState after) =>
        lowest == operationAt.Length || operationAt[lowest] == operation || after.LeastRevision <= revisionAt[lowest];

    public void Place(int operation)
    {
        if (rankOf[operation] < 0) return;
        placed[rankOf[operation]] = true;
        while (lowest < placed.Length && placed[lowest]) lowest++;
    }

    public void TakeBack(int operation)
    {
        if (rankOf[operation] < 0) return;
        placed[rankOf[operation]] = false;
        lowest = Math.Min(lowest, rankOf[operation]);
    }

    private static bool NamesRevision(Operation operation) => operation switch
    {
        { Kind: OperationKind.Get } => operation is { Outcome: OperationOutcome.Ok, Revision: not null },
        { Outcome: OperationOutcome.Ok } => operation.Revision is not null,
        { Outcome: OperationOutcome.ConditionFailed } => operation.Revision is > 0,
        _ => false,
    };
}
