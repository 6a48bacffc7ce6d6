namespace AspirePaxos.Simulation.Linearizability;

/// <summary>
/// Looks for an order of one key's operations that explains every answer: depth first, over states never seen before. At each point any
/// operation called before the first return that is left may come next.
/// </summary>
/// <remarks>
/// Wing and Gong, "Testing and verifying concurrent objects", with Lowe's memory of the states met. What keeps it short:
/// an operation that changes nothing and may come next is placed at once, since it may stand there in any explanation;
/// writes whose revisions are known come in the order of their revisions, since these only grow;
/// a write whose answer was lost is tried last, and never just before one that hides it, since then it may as well not have happened.
/// </remarks>
internal sealed class KeySearch
{
    private readonly Operation[] answered;
    private readonly Operation[] lost;
    private readonly int[] answeredValues;
    private readonly int[] lostValues;
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> values = [];
    private readonly int[] writeRank;
    private readonly bool[] lostPlaced;
    private readonly Timeline timeline;
    private readonly int maxStates;

    private readonly HashSet<Visited> visited = [];
    private readonly Stack<Step> steps = new();
    private KeyState state = KeyState.Initial;
    private UInt128 placed;
    private int writesPlaced;

    /// <param name="operations">Of one key, without gets of unknown outcome and without refused operations.</param>
    /// <param name="maxStates">After so many states the search is given up.</param>
    public KeySearch(IReadOnlyList<Operation> operations, int maxStates)
    {
        answered = [.. operations.Where(operation => operation.Outcome != OperationOutcome.Unknown)];
        lost = [.. operations.Where(operation => operation.Outcome == OperationOutcome.Unknown).OrderBy(operation => operation.Call)];
        this.maxStates = maxStates;
        answeredValues = [.. answered.Select(NumberOfValue)];
        lostValues = [.. lost.Select(NumberOfValue)];
        lostPlaced = new bool[lost.Length];
        writeRank = new int[answered.Length];
        Array.Fill(writeRank, -1);
        var writes = Enumerable.Range(0, answered.Length).Where(i => IsWriteOfKnownRevision(answered[i])).OrderBy(i => answered[i].Revision);
        foreach (var (rank, index) in writes.Index()) writeRank[index] = rank;
        timeline = new Timeline(answered);
    }

    /// <summary>The deepest point that was reached; null where there is an explanation.</summary>
    public DeadEnd? Run()
    {
        DeadEnd? deepest = null;
        var entry = timeline.First;
        var nextLost = 0;
        while (!timeline.IsEmpty)
        {
            if (visited.Count > maxStates) return (deepest ?? Here()) with { GaveUp = true };
            if (PlaceAnswered(entry) || PlaceLost(nextLost))
            {
                (entry, nextLost) = (timeline.First, 0);
                continue;
            }

            if (deepest is null || steps.Count > deepest.Placed) deepest = Here();
            if (!TakeBack(out entry, out nextLost)) return deepest;
        }

        return null;
    }

    private bool PlaceAnswered(int from)
    {
        for (var entry = from; timeline.IsCall(entry); entry = timeline.Next(entry))
        {
            var index = timeline.OperationAt(entry);
            var operation = answered[index];
            if (writeRank[index] > writesPlaced || Hides(operation)) continue;
            if (state.After(operation, answeredValues[index]) is not { } after) continue;
            var sure = after == state;
            if (!sure && !visited.Add(new Visited(placed ^ Mark(index), after, false))) continue;

            steps.Push(new Step(entry, -1, state, sure));
            timeline.Lift(entry);
            placed ^= Mark(index);
            if (writeRank[index] >= 0) writesPlaced++;
            state = after;
            return true;
        }

        return false;
    }

    private bool PlaceLost(int from)
    {
        if (from >= lost.Length) return false;
        var deadline = timeline.TimeAt(timeline.FirstReturn());
        for (var index = from; index < lost.Length && lost[index].Call <= deadline; index++)
        {
            if (lostPlaced[index] || Hides(lost[index])) continue;
            if (state.After(lost[index], lostValues[index]) is not { } after) continue;
            var mark = Mark(answered.Length + index);
            if (!visited.Add(new Visited(placed ^ mark, after, true))) continue;

            steps.Push(new Step(0, index, state, false));
            lostPlaced[index] = true;
            placed ^= mark;
            state = after;
            return true;
        }

        return false;
    }

    /// <summary>Whether the write whose answer was lost, which came last, would leave no trace if this came next.</summary>
    private bool Hides(Operation next)
    {
        if (!steps.TryPeek(out var last) || last.Lost < 0 || next.Condition.Kind != OperationConditionKind.None) return false;
        return next.Kind == OperationKind.Put || (next.Kind == OperationKind.Delete && next.Outcome == OperationOutcome.Unknown);
    }

    /// <summary>Takes back the last step for which there was a choice, and says where to go on.</summary>
    private bool TakeBack(out int entry, out int nextLost)
    {
        while (steps.TryPop(out var step))
        {
            state = step.Before;
            if (step.Lost >= 0)
            {
                lostPlaced[step.Lost] = false;
                placed ^= Mark(answered.Length + step.Lost);
                (entry, nextLost) = (timeline.FirstReturn(), step.Lost + 1);
                return true;
            }

            var index = timeline.OperationAt(step.Call);
            timeline.PutBack(step.Call);
            placed ^= Mark(index);
            if (writeRank[index] >= 0) writesPlaced--;
            if (step.Sure) continue;
            (entry, nextLost) = (timeline.Next(step.Call), 0);
            return true;
        }

        (entry, nextLost) = (0, 0);
        return false;
    }

    private DeadEnd Here()
    {
        var waiting = new List<Operation>();
        for (var entry = timeline.First; timeline.IsCall(entry); entry = timeline.Next(entry)) waiting.Add(answered[timeline.OperationAt(entry)]);
        var last = steps.Take(5).Reverse().Select(step => step.Lost >= 0 ? lost[step.Lost] : answered[timeline.OperationAt(step.Call)]);
        return new DeadEnd(steps.Count, answered.Length, [.. last], state, state.Present ? values[state.Value] : null, waiting, false);
    }

    private int NumberOfValue(Operation operation)
    {
        if (operation.Value is not { } value) return -1;
        if (numbers.TryGetValue(value, out var number)) return number;
        numbers.Add(value, values.Count);
        values.Add(value);
        return values.Count - 1;
    }

    private static bool IsWriteOfKnownRevision(Operation operation) =>
        operation is { Kind: not OperationKind.Get, Outcome: OperationOutcome.Ok, Revision: not null };

    /// <summary>
    /// A set of operations is known by the exclusive or of its members' marks: 128 bits each, so that two sets with the same are never
    /// met, and a step costs the same however long the history is.
    /// </summary>
    private static UInt128 Mark(int index) => new(Mix((ulong)index), Mix(~(ulong)index));

    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private readonly record struct Visited(UInt128 Placed, KeyState State, bool LostCameLast);

    /// <param name="Call">The entry of an answered operation.</param>
    /// <param name="Lost">The index of one whose answer was lost; −1 for an answered one.</param>
    /// <param name="Sure">There was nothing to choose: no other step here could do better.</param>
    private readonly record struct Step(int Call, int Lost, KeyState Before, bool Sure);
}

/// <summary>Where the search got no further.</summary>
/// <param name="Placed">Operations placed, those whose answer was lost included.</param>
/// <param name="Answered">All that had an answer.</param>
/// <param name="Value">Of the key at that point.</param>
/// <param name="Waiting">Called, and not explained as the next.</param>
internal sealed record DeadEnd(
    int Placed, int Answered, IReadOnlyList<Operation> Last, KeyState State, string? Value, IReadOnlyList<Operation> Waiting, bool GaveUp);
