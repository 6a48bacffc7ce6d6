namespace AspirePaxos.KeyValue;

/// <param name="Results">One per command, in order.</param>
/// <param name="Changes">In the order in which they happened; of several for one row the last counts.</param>
public sealed record Applied(IReadOnlyList<StoreResult> Results, IReadOnlyList<RowChange> Changes);

/// <summary>A row to write; storage keeps the last of each key.</summary>
public abstract record RowChange;

/// <param name="Entry">Null: deleted.</param>
/// <param name="Previous">What it takes the place of, so that storage need not read it; null: nothing.</param>
public sealed record EntryRow(string Key, Entry? Entry, Entry? Previous = null) : RowChange;

/// <param name="Remembered">Null: expired.</param>
/// <param name="Previous">What it takes the place of; null: nothing.</param>
public sealed record IdempotencyRow(UInt128 KeyHash, Remembered? Remembered, Remembered? Previous = null) : RowChange;

/// <param name="LogTime">When it was applied.</param>
/// <param name="Order">Its place among all remembered: the youngest has the highest.</param>
public readonly record struct Remembered(UInt128 RequestHash, StoreResult Result, long LogTime, long Order);
