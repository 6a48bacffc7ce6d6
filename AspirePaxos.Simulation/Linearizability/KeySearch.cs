namespace AspirePaxos.Simulation.Linearizability;

/// <summary>
/// Looks for an order of one key's operations that explains every answer: depth first, over states never seen before. At each point any
/// operation called before the first return that is left may come next.
/// </summary>
/// <remarks>
/// Wing and Gong, "Testing and verifying concurrent objects", with Lowe's memory of the states met. What keeps it short:
/// an operation that changes nothing and may come next is placed at once, since it may stand there in any explanation;
/// answers that name a revision come in the order of revisions, since these only grow;
/// a write whose answer was lost is tried last, of several alike the first, and only where what comes next needs it: else it may as
/// well come later, or not at all.
/// </remarks>
internal sealed class KeySearch
{
    private readonly Operation[] answered;
    private readonly Operation[] lost;
    private readonly int[] answeredValues;
    private readonly int[] lostValues;
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> values = [];
    private readonly int[] sameLostBefore;
    private readonly VisitedStates.LostSet lostPlaced;
    private readonly RevisionOrder revisions;
    private readonly Timeline timeline;
    private readonly int maxWork;

    private readonly VisitedStates visited;
    private readonly Stack<Step> steps = new();
    private KeyState state = KeyState.Initial;
    private UInt128 placed;

    /// <param name="operations">Of one key, without gets of unknown outcome and without refused operations.</param>
    /// <param name="maxWork">About the number of states after which the search is given up.</param>
    public KeySearch(IReadOnlyList<Operation> operations, int maxWork)
    {
        answered = [.. operations.Where(operation => operation.Outcome != OperationOutcome.Unknown)];
        lost = [.. operations.Where(operation => operation.Outcome == OperationOutcome.Unknown).OrderBy(operation => operation.Call)];
        this.maxWork = maxWork;
        answeredValues = [.. answered.Select(NumberOfValue)];
        lostValues = [.. lost.Select(NumberOfValue)];
        lostPlaced = new VisitedStates.LostSet(lost.Length);
        visited = new VisitedStates(lostPlaced);
        var latest = new Dictionary<(OperationKind, string?, OperationCondition), int>();
        sameLostBefore = new int[lost.Length];
        for (var index = 0; index < lost.Length; index++)
        {
            var request = (lost[index].Kind, lost[index].Value, lost[index].Condition);
            sameLostBefore[index] = latest.GetValueOrDefault(request, -1);
            latest[request] = index;
        }

        revisions = new RevisionOrder(answered);
        timeline = new Timeline(answered);
    }

    /// <summary>What was spent: about the number of states looked at.</summary>
    public long Work => visited.Work;

    /// <summary>What <see cref="Run"/> found where there is an explanation.</summary>
    public IReadOnlyList<Operation> Order() =>
        [.. steps.Reverse().Select(step => step.Lost >= 0 ? lost[step.Lost] : answered[timeline.OperationAt(step.Call)])];

    /// <summary>The deepest point that was reached; null where there is an explanation.</summary>
    public DeadEnd? Run()
    {
        DeadEnd? deepest = null;
        var entry = timeline.First;
        var nextLost = 0;
        while (!timeline.IsEmpty)
        {
            if (visited.Work > maxWork) return (deepest ?? Here()) with { GaveUp = true };
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
            if (state.After(operation, answeredValues[index]) is not { } after) continue;
            if (!revisions.Allow(index, after) || !NeedsTheLost(operation, answeredValues[index], after)) continue;
            var sure = after == state;
            if (!sure && !visited.Add(placed ^ Mark(index), after, null)) continue;

            steps.Push(new Step(entry, -1, state, sure));
            timeline.Lift(entry);
            placed ^= Mark(index);
            revisions.Place(index);
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
            if (lostPlaced[index] || (sameLostBefore[index] >= 0 && !lostPlaced[sameLostBefore[index]])) continue;
            if (state.After(lost[index], lostValues[index]) is not { } after) continue;
            if (!revisions.Allow(-1, after) || !NeedsTheLost(lost[index], lostValues[index], after)) continue;
            lostPlaced[index] = true;
            if (!visited.Add(placed, after, state))
            {
                lostPlaced[index] = false;
                continue;
            }

            steps.Push(new Step(0, index, state, false));
            state = after;
            return true;
        }

        return false;
    }

    /// <summary>
    /// Where a write whose answer was lost came last: whether there is any reason that it came just there. There is none where the next
    /// operation leads to the same without it, or leaves the state alone with and without it and so may change places with it, or is
    /// another lost write which undoes it.
    /// </summary>
    private bool NeedsTheLost(Operation next, int value, KeyState after)
    {
        if (!steps.TryPeek(out var last) || last.Lost < 0) return true;
        if (next.Outcome == OperationOutcome.Unknown && last.Before.Covers(after)) return false;
        if (last.Before.After(next, value) is not { } without) return true;
        return !without.Covers(after) && !(without == last.Before && after == state);
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
                (entry, nextLost) = (timeline.FirstReturn(), step.Lost + 1);
                return true;
            }

            var index = timeline.OperationAt(step.Call);
            timeline.PutBack(step.Call);
            placed ^= Mark(index);
            revisions.TakeBack(index);
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

    /// <summary>
    /// A set of answered operations is known by the exclusive or of its members' marks: 128 bits each, so that two sets with the same are never
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
