namespace AspirePaxos.Simulation.Linearizability;

/// <summary>
/// Finds a small part of one key's history that cannot be explained either, in two steps that each prove nothing new:
/// the shortest beginning, and from that whatever <see cref="ReducibleHistory"/> lets go, in halves, quarters, and so on to single ones.
/// </summary>
/// <remarks>
/// The beginning: answers count in the order of their returns. What has no answer yet, at the last one that counts, may have happened or
/// not: it counts as unknown, and what was called later does not count at all. An order that explains everything, cut at that moment,
/// explains that. The last answer that counts is the impossible one: without it there is an order.
/// </remarks>
internal sealed class Shrinker(int maxWork)
{
    private const int Searches = 4;

    private long budget = (long)maxWork * Searches;

    /// <param name="recorded">Of one key, those that matter; together they cannot be explained.</param>
    public Counterexample Shrink(IReadOnlyList<Operation> recorded)
    {
        Operation[] answered = [.. recorded.Where(operation => operation.Outcome != OperationOutcome.Unknown).OrderBy(operation => operation.Return)];
        var (explained, violating) = (0, answered.Length);
        while (violating - explained > 1)
        {
            var middle = (explained + violating) / 2;
            if (Violates([.. Beginning(recorded, answered, middle).Select(counted => counted.As)])) violating = middle;
            else explained = middle;
        }

        Counted[] beginning = [.. Beginning(recorded, answered, violating).OrderBy(counted => counted.As.Call)];
        var impossible = Array.FindIndex(beginning, counted => ReferenceEquals(counted.Recorded, answered[violating - 1]));
        var history = new ReducibleHistory([.. beginning.Select(counted => counted.As)]);
        TakeAway(history, beginning, [impossible, SourceOf(beginning, impossible)]);
        int[] left = [.. history.Left()];
        return Describe([.. left.Select(i => beginning[i])], Array.IndexOf(left, impossible), recorded);
    }

    private static IEnumerable<Counted> Beginning(IReadOnlyList<Operation> recorded, Operation[] answered, int count)
    {
        var counting = answered.Take(count).ToHashSet(ReferenceEqualityComparer.Instance);
        var last = answered[count - 1].Return!.Value;
        foreach (var operation in recorded)
        {
            if (operation.Call > last) continue;
            if (counting.Contains(operation)) yield return new Counted(operation, operation);
            else if (operation.Changes) yield return new Counted(Unanswered(operation), operation);
        }
    }

    /// <summary>
    /// The last change of which the impossible answer speaks; −1 where there is none. It stays, though another may have replaced it for
    /// sure: without it the reader would be told that nobody wrote the value.
    /// </summary>
    private static int SourceOf(Counted[] beginning, int impossible)
    {
        if (Need.Of(beginning[impossible].As) is not { Present: true } need || (need.Value is null && need.Revision is null)) return -1;
        return Array.FindLastIndex(beginning, counted => counted.As is { Kind: OperationKind.Put, Changes: true } put && put != beginning[impossible].As
            && (need.Value is null ? put.Revision == need.Revision : put.Value == need.Value));
    }

    /// <remarks>
    /// What is left must have an order without the impossible answer, as the whole has: a removal may rest on that answer, and would then
    /// leave another one without reason, which is proof enough but says the wrong thing.
    /// </remarks>
    private void TakeAway(ReducibleHistory history, Counted[] beginning, int[] keep)
    {
        bool HasOrder() => Decide(WithoutAnswer([.. history.Left().Select(i => beginning[i].As)], beginning[keep[0]].As)).Explained;
        var ordered = HasOrder();
        for (var size = beginning.Length; size > 0;)
        {
            var before = history.Removed;

            // From the end: what was written last is needed by fewest.
            for (var end = beginning.Length; end > 0; end -= size)
            {
                var mark = history.Removed;
                for (var i = end - 1; i >= Math.Max(0, end - size); i--) history.TryRemove(i, keep);
                if (history.Removed > mark && !(Violates([.. history.Left().Select(i => beginning[i].As)]) && (!ordered || HasOrder()))) history.Restore(mark);
            }

            if (size > 1) size = (size + 1) / 2;
            else if (history.Removed == before) return;
        }
    }

    private bool Violates(IReadOnlyList<Operation> operations) => Decide(operations) is { Explained: false, GaveUp: false };

    private KeyDecision Decide(IReadOnlyList<Operation> operations)
    {
        if (budget <= 0) return new KeyDecision(false, true, [], null, 0);
        var decision = KeyDecision.Of(operations, (int)Math.Min(budget, maxWork));
        budget -= decision.Work + operations.Count;
        return decision;
    }

    private static List<Operation> WithoutAnswer(List<Operation> operations, Operation impossible)
    {
        var at = operations.FindIndex(operation => ReferenceEquals(operation, impossible));
        if (impossible.Changes) operations[at] = Unanswered(impossible);
        else operations.RemoveAt(at);
        return operations;
    }

    private static Operation Unanswered(Operation change) => change with { Return = null, Outcome = OperationOutcome.Unknown, Revision = null };

    private static Counterexample Describe(Counted[] left, int impossible, IReadOnlyList<Operation> recorded)
    {
        var culprit = left[impossible].As;
        var others = WithoutAnswer([.. left.Select(counted => counted.As)], culprit);
        var order = KeyDecision.Of(others, 100_000).Order;
        int[] places = [.. order.Select(placed => others.FindIndex(other => ReferenceEquals(other, placed)))];
        if (!culprit.Changes) places = [.. places.Select(place => place >= impossible ? place + 1 : place)];

        var operations = left.Select(counted => counted.As).ToList();
        return new Counterexample(
            culprit.Key, operations, [.. left.Select(counted => counted.Recorded)], impossible, places, recorded.Count, Contradiction.InWords(operations, impossible, recorded));
    }

    private sealed record Counted(Operation As, Operation Recorded);
}
