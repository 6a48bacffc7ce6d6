using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Tests.Simulation;

/// <summary>Every order that respects time, every choice of the unknown operations that happened, nothing remembered, nothing pruned.</summary>
internal static class NaiveChecker
{
    /// <param name="operations">Of one key.</param>
    public static bool Explains(IReadOnlyList<Operation> operations)
    {
        var values = operations.Select(operation => operation.Value).Distinct().ToList();
        var placed = new bool[operations.Count];
        return From(KeyState.Initial);

        bool From(KeyState state)
        {
            var waiting = Enumerable.Range(0, operations.Count).Where(i => !placed[i]).ToList();
            if (waiting.All(i => operations[i].Outcome == OperationOutcome.Unknown)) return true;
            foreach (var i in waiting)
            {
                if (waiting.Any(j => operations[j].Outcome != OperationOutcome.Unknown && operations[j].Return < operations[i].Call)) continue;
                var number = operations[i].Value is { } value ? values.IndexOf(value) : -1;
                if (state.After(operations[i], number) is not { } after) continue;
                placed[i] = true;
                if (From(after)) return true;
                placed[i] = false;
            }

            return false;
        }
    }
}
