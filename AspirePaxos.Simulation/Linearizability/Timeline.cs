namespace AspirePaxos.Simulation.Linearizability;

/// <summary>
/// The calls and returns of answered operations in the order of time, as a doubly linked list from which an operation is lifted when it
/// has found its place, and put back when that was wrong. A call and a return at the same time overlap.
/// </summary>
internal sealed class Timeline
{
    private readonly Entry[] entries;
    private readonly int[] returnOf;

    public Timeline(IReadOnlyList<Operation> operations)
    {
        var ordered = Enumerable.Range(0, operations.Count)
            .SelectMany(i => new[] { (Time: operations[i].Call, IsReturn: false, Index: i), (Time: operations[i].Return!.Value, IsReturn: true, Index: i) })
            .OrderBy(e => e.Time).ThenBy(e => e.IsReturn).ThenBy(e => e.Index)
            .ToArray();
        entries = new Entry[ordered.Length + 1];
        returnOf = new int[operations.Count];
        for (var at = 1; at < entries.Length; at++)
        {
            var (time, isReturn, index) = ordered[at - 1];
            entries[at] = new Entry { Operation = index, IsReturn = isReturn, Time = time, Previous = at - 1, Next = (at + 1) % entries.Length };
            if (isReturn) returnOf[index] = at;
        }

        entries[0].Next = entries.Length > 1 ? 1 : 0;
        entries[0].Previous = entries.Length - 1;
    }

    public bool IsEmpty => entries[0].Next == 0;

    /// <summary>The first entry that is left; 0 where none is.</summary>
    public int First => entries[0].Next;

    public int Next(int entry) => entries[entry].Next;

    public bool IsCall(int entry) => entry != 0 && !entries[entry].IsReturn;

    public int OperationAt(int entry) => entries[entry].Operation;

    public long TimeAt(int entry) => entries[entry].Time;

    public int FirstReturn()
    {
        var entry = First;
        while (IsCall(entry)) entry = Next(entry);
        return entry;
    }

    public void Lift(int call)
    {
        Unlink(call);
        Unlink(returnOf[entries[call].Operation]);
    }

    /// <summary>Undoes the last <see cref="Lift"/> that was not undone.</summary>
    public void PutBack(int call)
    {
        Relink(returnOf[entries[call].Operation]);
        Relink(call);
    }

    private void Unlink(int entry)
    {
        entries[entries[entry].Previous].Next = entries[entry].Next;
        entries[entries[entry].Next].Previous = entries[entry].Previous;
    }

    private void Relink(int entry)
    {
        entries[entries[entry].Previous].Next = entry;
        entries[entries[entry].Next].Previous = entry;
    }

    private struct Entry
    {
        public int Operation;
        public bool IsReturn;
        public long Time;
        public int Previous;
        public int Next;
    }
}
