namespace AspirePaxos.KeyValue;

/// <summary>
/// The replicated state machine: ordered, in memory, deterministic. The same slots give the same state, results and changes on every
/// replica; every replica of a cluster must run with the same <see cref="StoreOptions"/>. Not thread-safe: one owner.
/// </summary>
public sealed class KeyValueStore
{
    public KeyValueStore(StoreOptions options) => _ = options;

    /// <summary>What storage held.</summary>
    public static KeyValueStore Restore(StoreOptions options, StorePosition position, IEnumerable<RowChange> rows) => throw new NotImplementedException();

    /// <summary>Slot, revision and clock, which storage keeps atomically with the rows.</summary>
    public StorePosition Position => throw new NotImplementedException();

    public int Count => throw new NotImplementedException();

    /// <summary>Executes the commands of one slot, in order. Slots come in order, each once.</summary>
    /// <param name="logTime">The batch's stamp in milliseconds; the store's clock becomes max(previous, this).</param>
    public Applied Apply(long slot, long logTime, IReadOnlyList<ReadOnlyMemory<byte>> commands) => throw new NotImplementedException();

    public Entry? Get(string key) => throw new NotImplementedException();

    /// <summary>Keys with the prefix, in the order of their UTF-8 bytes, after <paramref name="after"/> (exclusive; null: from the first).</summary>
    public Page Scan(string prefix, string? after, int limit) => throw new NotImplementedException();

    /// <summary>Equal for equal states: position, entries, idempotency table. Walks everything.</summary>
    public UInt128 Fingerprint() => throw new NotImplementedException();
}

public sealed record StoreOptions
{
    /// <summary>Milliseconds of LogTime for which an Idempotency-Key is remembered at least.</summary>
    public long IdempotencyRetention { get; init; } = 300_000;

    public int MaxIdempotencyKeys { get; init; } = 1_000_000;
}

/// <param name="AppliedIndex">The last slot executed.</param>
/// <param name="Revision">Grows by one with each change of the store.</param>
/// <param name="LogTime">The replicated clock, milliseconds.</param>
public readonly record struct StorePosition(long AppliedIndex, long Revision, long LogTime);

/// <param name="Revision">Of the last change of this key.</param>
/// <param name="CreatedRevision">Of the put that made it, after the last delete.</param>
public sealed record Entry(ReadOnlyMemory<byte> Value, long Revision, long CreatedRevision);

public readonly record struct KeyedEntry(string Key, Entry Entry);

/// <param name="More">There are keys after the last of these.</param>
public sealed record Page(IReadOnlyList<KeyedEntry> Entries, bool More, long Revision);

public sealed record Applied(IReadOnlyList<StoreResult> Results, IReadOnlyList<RowChange> Changes);

/// <summary>A row to write; storage keeps the last of each key.</summary>
public abstract record RowChange;

/// <param name="Entry">Null: deleted.</param>
public sealed record EntryRow(string Key, Entry? Entry) : RowChange;

/// <param name="Remembered">Null: expired.</param>
public sealed record IdempotencyRow(UInt128 KeyHash, Remembered? Remembered) : RowChange;

/// <param name="LogTime">When it was applied.</param>
/// <param name="Order">Its place among all remembered; grows.</param>
public readonly record struct Remembered(UInt128 RequestHash, StoreResult Result, long LogTime, long Order);
