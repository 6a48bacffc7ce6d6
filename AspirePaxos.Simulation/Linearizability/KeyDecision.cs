namespace AspirePaxos.Simulation.Linearizability;

/// <summary>Whether the operations of one key can be explained.</summary>
/// <param name="Order">One that explains them; those of unknown outcome that it does without are not in it. Empty where there is none.</param>
/// <param name="DeadEnd">How far an explanation got; null where a shorter proof was found, and where there is one.</param>
/// <param name="Work">What the search took: about the number of states.</param>
internal sealed record KeyDecision(bool Explained, bool GaveUp, IReadOnlyList<Operation> Order, DeadEnd? DeadEnd, long Work)
{
    /// <param name="operations">Without gets of unknown outcome and without refused operations.</param>
    public static KeyDecision Of(IReadOnlyList<Operation> operations, int maxWork)
    {
        if (ReadsFromNowhere(operations)) return new KeyDecision(false, false, [], null, 0);
        var search = new KeySearch(operations, maxWork);
        var deadEnd = search.Run();
        return new KeyDecision(deadEnd is null, deadEnd is { GaveUp: true }, deadEnd is null ? search.Order() : [], deadEnd, search.Work);
    }

    /// <remarks>The search would find it too, after trying everything before it in every order.</remarks>
    private static bool ReadsFromNowhere(IReadOnlyList<Operation> operations)
    {
        var firstCall = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var put in operations)
        {
            if (put.Kind != OperationKind.Put || !put.Changes) continue;
            firstCall[put.Value!] = firstCall.TryGetValue(put.Value!, out var call) ? Math.Min(call, put.Call) : put.Call;
        }

        foreach (var get in operations)
        {
            if (get is { Kind: OperationKind.Get, Outcome: OperationOutcome.Ok } && !(firstCall.TryGetValue(get.Value!, out var call) && call <= get.Return)) return true;
        }

        return false;
    }
}
