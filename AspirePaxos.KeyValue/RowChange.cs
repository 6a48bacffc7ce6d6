namespace AspirePaxos.KeyValue;

/// <param name="Results">One per command, in order.</param>
/// <param name="Changes">In the order in which they happened; of several for one row the last counts.</param>
public sealed record Applied(IReadOnlyList<StoreResult> Results, IReadOnlyList<RowChange> Changes);

/// <summary>A row to write; storage keeps the last of each key.</summary>
public abstract record RowChange;

/// <param name="Entry">Null: deleted.</param>
/// <param name="Previous">What it takes the place of, so that storage need not read it; null: nothing.</param>
public sealed record EntryRow(string Key, Entry? Entry, Entry? Previous = null) : RowChange
{
    /// <summary>The command that put it; that of slot 0 where it is not known, as with a snapshot.</summary>
    public Origin Origin { get; init; }
}

/// <param name="Index">Of the command in the batch of the slot, from 0.</param>
public readonly record struct Origin(long Slot, int Index);

/// <param name="Remembered">Null: expired.</param>
/// <param name="Previous">What it takes the place of; null: nothing.</param>
public sealed record IdempotencyRow(UInt128 KeyHash, Remembered? Remembered, Remembered? Previous = null) : RowChange;

/// <param name="LogTime">When it was applied.</param>
/// <param name="Order">Its place among all remembered: the youngest has the highest.</param>
public readonly record struct Remembered(UInt128 RequestHash, StoreResult Result, long LogTime, long Order);
