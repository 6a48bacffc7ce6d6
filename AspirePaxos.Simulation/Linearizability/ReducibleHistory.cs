namespace AspirePaxos.Simulation.Linearizability;

/// <summary>
/// Operations of one key, from which some may be taken away such that an order that explains the whole would also explain what is left.
/// So where nothing explains what is left, nothing explains the whole: what is shown is a proof, and no artefact of the shrinking.
/// </summary>
/// <remarks>
/// Think of an order that explains all of them, and of the revision that each change got in it.
/// What changes nothing (gets, failed conditions, deletes of nothing) can be taken out of the order: the rest meets the same states.
/// A change cannot, in general: a read of what it wrote would be left without reason. But a set can be taken out that holds, with each
/// change, all that may stand behind it, before the next change or as the next change, and needs what it left (see <see cref="Need"/>).
/// Of what stays, whatever needs something keeps the change right before it, or else that would have drawn it into the set;
/// whatever needs nothing may stand anywhere; and revisions still only grow.
/// What may stand right behind a change: nobody who ended before it began, and nobody who began after the end of a sure change that began
/// after its own end, for then that one stands between. Of a revision that is some other change's own it can be no source either.
/// </remarks>
internal sealed class ReducibleHistory
{
    private const int End = 0;

    private readonly Operation[] operations;
    private readonly int[] next;
    private readonly int[] previous;
    private readonly long[] latestReturn;
    private readonly List<int> lost = [];
    private readonly bool[] gone;
    private readonly Dictionary<long, int> sources = [];
    private readonly Stack<int> removed = new();

    /// <param name="ordered">In the order of their calls.</param>
    public ReducibleHistory(IReadOnlyList<Operation> ordered)
    {
        operations = [null!, .. ordered];
        gone = new bool[operations.Length];
        next = [.. Enumerable.Range(1, operations.Length - 1), End];
        previous = [operations.Length - 1, .. Enumerable.Range(0, operations.Length - 1)];
        latestReturn = new long[operations.Length];
        latestReturn[0] = long.MinValue;
        for (var i = 1; i < operations.Length; i++)
        {
            var answered = operations[i].Outcome != OperationOutcome.Unknown;
            if (!answered) lost.Add(i);
            latestReturn[i] = answered ? Math.Max(latestReturn[i - 1], operations[i].Return!.Value) : latestReturn[i - 1];
            if (SourceOf(operations[i]) is { } revision) sources[revision] = sources.GetValueOrDefault(revision) + 1;
        }
    }

    public int Removed => removed.Count;

    /// <summary>The indexes, as given, of what is left.</summary>
    public IEnumerable<int> Left()
    {
        for (var i = next[End]; i != End; i = next[i]) yield return i - 1;
    }

    /// <summary>Takes the operation away, with all that may hang on it, where that takes none of those to keep.</summary>
    public bool TryRemove(int index, params ReadOnlySpan<int> keep)
    {
        if (gone[index + 1]) return false;
        var taken = new List<int> { index + 1 };
        var known = new HashSet<int>(taken);
        for (var i = 0; i < taken.Count; i++)
        {
            if (keep.Contains(taken[i] - 1)) return false;
            if (!operations[taken[i]].Changes) continue;
            foreach (var served in Served(taken[i]))
                if (known.Add(served)) taken.Add(served);
        }

        foreach (var i in taken) Remove(i);
        return true;
    }

    /// <summary>Puts back what was taken since there were <paramref name="mark"/> removed.</summary>
    public void Restore(int mark)
    {
        while (removed.Count > mark)
        {
            var i = removed.Pop();
            gone[i] = false;
            next[previous[i]] = i;
            previous[next[i]] = i;
            if (SourceOf(operations[i]) is { } revision) sources[revision] = sources.GetValueOrDefault(revision) + 1;
        }
    }

    private void Remove(int i)
    {
        gone[i] = true;
        next[previous[i]] = next[i];
        previous[next[i]] = previous[i];
        removed.Push(i);
        if (SourceOf(operations[i]) is { } revision && --sources[revision] == 0) sources.Remove(revision);
    }

    private List<int> Served(int change)
    {
        var served = new List<int>();
        var changed = operations[change];
        var replaced = long.MaxValue;
        for (var i = next[change]; i != End && operations[i].Call <= replaced; i = next[i])
        {
            if (changed.Outcome != OperationOutcome.Unknown && operations[i] is { Changes: true, Outcome: OperationOutcome.Ok } later && later.Call > changed.Return)
                replaced = Math.Min(replaced, later.Return!.Value);
            if (Serves(changed, operations[i])) served.Add(i);
        }

        // Those found before a change that ended earlier was met.
        served.RemoveAll(i => operations[i].Call > replaced);
        for (var i = previous[change]; i != End && latestReturn[i] >= changed.Call; i = previous[i])
        {
            if (operations[i].Outcome != OperationOutcome.Unknown && operations[i].Return >= changed.Call && Serves(changed, operations[i])) served.Add(i);
        }

        served.AddRange(lost.Where(i => i < change && !gone[i] && Serves(changed, operations[i])));
        return served;
    }

    private bool Serves(Operation change, Operation other)
    {
        if (Need.Of(other) is not { } need) return false;
        if (change.Kind == OperationKind.Delete) return need.Absent;
        return need.Present && (need.Value is null || need.Value == change.Value)
            && (need.Revision is not { } revision || (SourceOf(change) is { } own ? own == revision : !sources.ContainsKey(revision)));
    }

    private static long? SourceOf(Operation operation) => operation is { Changes: true, Outcome: OperationOutcome.Ok } ? operation.Revision : null;
}
