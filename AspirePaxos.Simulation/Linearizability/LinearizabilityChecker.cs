using System.Globalization;
using System.Text;

namespace AspirePaxos.Simulation.Linearizability;

/// <summary>
/// Decides whether a history is that of one store which executed every operation at one moment between its call and its return.
/// Linearizability is local (Herlihy and Wing, theorem 1): a history is linearizable iff that of each key is.
/// </summary>
public static class LinearizabilityChecker
{
    private const int KeysToShrink = 8;

    /// <param name="maxWork">About the number of states looked at per key; past it the verdict is undecided. Each takes about 200 bytes.</param>
    /// <param name="onKey">Told the number of keys done and of all, after each.</param>
    /// <exception cref="ArgumentException">An operation returned before its call, was answered at no time, or lacks its value.</exception>
    public static Verdict Check(History history, int maxWork = 2_000_000, Action<int, int>? onKey = null)
    {
        foreach (var operation in history.Operations)
        {
            if (operation.Fault() is { } fault) throw new ArgumentException($"{fault.Problem}: {operation}");
        }

        var keys = history.Operations.Where(Matters).GroupBy(operation => operation.Key, StringComparer.Ordinal).Select(key => key.ToArray()).ToList();
        var (done, explained) = (0, 0);
        var violating = new List<Operation[]>();
        (string Key, DeadEnd At)? givenUp = null;
        foreach (var key in keys)
        {
            var decision = KeyDecision.Of(key, maxWork);
            if (decision.Explained) explained += key.Length;
            else if (decision.GaveUp) givenUp ??= (key[0].Key, decision.DeadEnd!);
            else violating.Add(key);
            onKey?.Invoke(++done, keys.Count);
        }

        if (violating.Count > 0) return Refuted(violating, maxWork);
        if (givenUp is { } end) return new Verdict(false, true, end.Key, Undecided(end.Key, end.At));
        return new Verdict(true, false, null, $"All {explained} operations are explained.");
    }

    private static bool Matters(Operation operation) =>
        operation.Outcome != OperationOutcome.Refused && !(operation.Kind == OperationKind.Get && operation.Outcome == OperationOutcome.Unknown);

    private static Verdict Refuted(List<Operation[]> violating, int maxWork)
    {
        var smallest = violating.Take(KeysToShrink).Select(key => new Shrinker(maxWork).Shrink(key)).MinBy(counterexample => counterexample.Operations.Count)!;
        var others = violating.Count == 1 ? "" : $"{violating.Count} keys have operations that cannot be explained; the fewest suffice here:\n";
        return new Verdict(false, false, smallest.Key, others + smallest, smallest);
    }

    private static string Undecided(string key, DeadEnd deadEnd)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Undecided, the search was given up; at its deepest: key {Quoted.Text(key)}: ");
        text.Append(CultureInfo.InvariantCulture, $"{deadEnd.Placed} operations are explained, of {deadEnd.Answered} with an answer; the last:\n");
        foreach (var operation in deadEnd.Last) text.Append(CultureInfo.InvariantCulture, $"  {operation}\n");
        var revision = deadEnd.State.Exact ? $"revision {deadEnd.State.Revision}" : $"a revision above {deadEnd.State.Revision}";
        text.Append(CultureInfo.InvariantCulture, $"which leaves {(deadEnd.State.Present ? Quoted.Text(deadEnd.Value) : "no value")} at {revision}. None of these can come next:\n");
        foreach (var operation in deadEnd.Waiting) text.Append(CultureInfo.InvariantCulture, $"  {operation}\n");
        return text.ToString();
    }
}
