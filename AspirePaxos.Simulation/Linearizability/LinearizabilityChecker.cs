using System.Globalization;
using System.Text;

namespace AspirePaxos.Simulation.Linearizability;

/// <summary>
/// Decides whether a history is that of one store which executed every operation at one moment between its call and its return.
/// Linearizability is local (Herlihy and Wing, theorem 1): a history is linearizable iff that of each key is.
/// </summary>
public static class LinearizabilityChecker
{
    /// <param name="maxWork">About the number of states looked at per key; past it the verdict is undecided. Each takes about 200 bytes.</param>
    /// <exception cref="ArgumentException">An operation returned before its call, was answered at no time, or lacks its value.</exception>
    public static Verdict Check(History history, int maxWork = 2_000_000)
    {
        foreach (var operation in history.Operations) Validate(operation);
        var keys = history.Operations.Where(Matters).GroupBy(operation => operation.Key, StringComparer.Ordinal);
        var explained = 0;
        foreach (var key in keys)
        {
            Operation[] operations = [.. key];
            if (ReadFromNowhere(operations) is { } read)
                return new Verdict(false, false, key.Key, $"key \"{key.Key}\": nobody had asked to write what this read:\n  {read}\n", [read]);
            if (new KeySearch(operations, maxWork).Run() is { } deadEnd) return Refuted(key.Key, deadEnd);
            explained += operations.Length;
        }

        return new Verdict(true, false, null, $"All {explained} operations are explained.", []);
    }

    private static bool Matters(Operation operation) =>
        operation.Outcome != OperationOutcome.Refused && !(operation.Kind == OperationKind.Get && operation.Outcome == OperationOutcome.Unknown);

    /// <remarks>The search would find it too, after trying everything before it in every order.</remarks>
    private static Operation? ReadFromNowhere(Operation[] operations)
    {
        var firstCall = operations.Where(operation => operation.Kind == OperationKind.Put && operation.Outcome != OperationOutcome.ConditionFailed)
            .GroupBy(operation => operation.Value!, StringComparer.Ordinal)
            .ToDictionary(puts => puts.Key, puts => puts.Min(put => put.Call), StringComparer.Ordinal);
        return operations.FirstOrDefault(operation => operation is { Kind: OperationKind.Get, Outcome: OperationOutcome.Ok }
            && !(firstCall.TryGetValue(operation.Value!, out var call) && call <= operation.Return));
    }

    private static void Validate(Operation operation)
    {
        var hasValue = operation.Kind == OperationKind.Put || operation is { Kind: OperationKind.Get, Outcome: OperationOutcome.Ok };
        if (hasValue && operation.Value is null) throw new ArgumentException($"A put, and a get that found the key, has a value: {operation}");
        if (operation.Outcome is OperationOutcome.Unknown or OperationOutcome.Refused) return;
        if (operation.Return is null) throw new ArgumentException($"An answered operation has a return; record it as unknown where none came: {operation}");
        if (operation.Return < operation.Call) throw new ArgumentException($"The return is before the call; record both with one clock: {operation}");
    }

    private static Verdict Refuted(string key, DeadEnd deadEnd)
    {
        var text = new StringBuilder();
        if (deadEnd.GaveUp) text.Append("Undecided, the search was given up; at its deepest: ");
        text.Append(CultureInfo.InvariantCulture, $"key \"{key}\": {deadEnd.Placed} operations are explained, of {deadEnd.Answered} with an answer; the last:\n");
        foreach (var operation in deadEnd.Last) text.Append(CultureInfo.InvariantCulture, $"  {operation}\n");
        var revision = deadEnd.State.Exact ? $"revision {deadEnd.State.Revision}" : $"a revision above {deadEnd.State.Revision}";
        text.Append(CultureInfo.InvariantCulture, $"which leaves {(deadEnd.State.Present ? $"\"{deadEnd.Value}\"" : "no value")} at {revision}. None of these can come next:\n");
        foreach (var operation in deadEnd.Waiting) text.Append(CultureInfo.InvariantCulture, $"  {operation}\n");
        return new Verdict(false, deadEnd.GaveUp, key, text.ToString(), deadEnd.Waiting);
    }
}
