using System.Diagnostics;
using System.Text.Json;

namespace AspirePaxos.KeyValue;

/// <summary>
/// The replicated state machine: ordered, in memory, deterministic. The same slots give the same state, results and changes on every
/// replica; every replica of a cluster must run with the same <see cref="StoreOptions"/>. Not thread-safe: one owner.
/// </summary>
public sealed class KeyValueStore
{
    private readonly Dictionary<string, Entry> entries;
    private readonly OrderedKeys keys;
    private readonly IdempotencyTable idempotency;
    private readonly HashChain chain = new();

    private long appliedIndex;
    private long revision;
    private long logTime;
    private UInt128 hash;

    public KeyValueStore(StoreOptions options)
        : this(options, default, [])
    {
    }

    private KeyValueStore(StoreOptions options, StorePosition position, Dictionary<string, Entry> entries)
    {
        (appliedIndex, revision, logTime, hash) = (position.AppliedIndex, position.Revision, position.LogTime, position.Hash);
        this.entries = entries;
        keys = new OrderedKeys(entries.Keys);
        idempotency = new IdempotencyTable(options);
    }

    /// <summary>What storage held.</summary>
    /// <param name="rows">In any order where each row comes once; else in the order in which they were written.</param>
    public static KeyValueStore Restore(StoreOptions options, StorePosition position, IEnumerable<RowChange> rows)
    {
        var entries = new Dictionary<string, Entry>();
        var remembered = new Dictionary<UInt128, Remembered>();
        foreach (var row in rows)
        {
            switch (row)
            {
                case EntryRow { Entry: { } entry } present: entries[present.Key] = entry; break;
                case EntryRow deleted: entries.Remove(deleted.Key); break;
                case IdempotencyRow { Remembered: { } known } present: remembered[present.KeyHash] = known; break;
                case IdempotencyRow expired: remembered.Remove(expired.KeyHash); break;
                default: throw new UnreachableException($"Row {row.GetType()}");
            }
        }

        var store = new KeyValueStore(options, position, entries);
        store.idempotency.Restore(remembered);
        return store;
    }

    /// <summary>Slot, revision and clock, which storage keeps atomically with the rows.</summary>
    public StorePosition Position => new(appliedIndex, revision, logTime, hash);

    public int Count => entries.Count;

    /// <summary>Idempotency-Keys remembered now.</summary>
    public int IdempotencyKeys => idempotency.Count;

    /// <summary>The clock at which a remembered Idempotency-Key is due to be forgotten, by the next command; MaxValue where there is none.</summary>
    public long NextExpiry => idempotency.NextExpiry;

    /// <summary>Executes the commands of one slot, in order. Slots come in order, each once.</summary>
    /// <param name="slot">The one after <see cref="StorePosition.AppliedIndex"/>.</param>
    /// <param name="stamp">The batch's time in milliseconds; the store's clock becomes max(previous, this).</param>
    /// <exception cref="InvalidOperationException">Another slot is next, or a command cannot be read: the replica must stop.</exception>
    public Applied Apply(long slot, long stamp, IReadOnlyList<ReadOnlyMemory<byte>> commands)
    {
        if (slot != appliedIndex + 1) throw new InvalidOperationException($"Slot {slot} cannot be applied after slot {appliedIndex}: slots are applied in order, each once.");
        appliedIndex = slot;
        logTime = Math.Max(logTime, stamp);

        var results = new StoreResult[commands.Count];
        var changes = new List<RowChange>(commands.Count);
        idempotency.ExpireDue(logTime, changes);
        for (var i = 0; i < results.Length; i++) results[i] = ApplyOnce(Decode(commands[i], i), commands[i].Span, new Origin(slot, i), changes);
        hash = chain.Next(hash, slot, stamp, commands, results, changes);
        return new Applied(results, changes);
    }

    /// <summary>The whole state as it is now, for a snapshot. Takes a moment: one reference is copied per row, no values.</summary>
    public StoreSnapshot Capture() => new(Position, [.. keys.All.Select(key => new KeyedEntry(key, entries[key]))], [.. idempotency.OldestFirst]);

    /// <summary>Of the bytes of a snapshot: the first 128 bits of SHA-256.</summary>
    public static UInt128 Checksum(ReadOnlySpan<byte> bytes) => IdempotencyTable.Hash(bytes);

    public Entry? Get(string key) => entries.GetValueOrDefault(key);

    /// <summary>Keys with the prefix, in the order of their UTF-8 bytes, after <paramref name="after"/> (exclusive; null: from the first).</summary>
    /// <param name="limit">Entries in the page at most, from 1.</param>
    public Page Scan(string prefix, string? after, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var page = new List<KeyedEntry>();
        foreach (var key in keys.From(prefix, after))
        {
            if (page.Count == limit) return new Page(page, true, revision);
            page.Add(new KeyedEntry(key, entries[key]));
        }

        return new Page(page, false, revision);
    }

    /// <summary>Equal for equal states: position, entries, idempotency table. Walks everything.</summary>
    public UInt128 Fingerprint()
    {
        using var fingerprint = new StoreFingerprint();
        fingerprint.Add(appliedIndex);
        fingerprint.Add(revision);
        fingerprint.Add(logTime);
        fingerprint.Add(hash);
        fingerprint.Add(entries.Count);
        foreach (var key in keys.All)
        {
            var entry = entries[key];
            fingerprint.Add(key);
            fingerprint.Add(entry.Value.Span);
            fingerprint.Add(entry.Revision);
            fingerprint.Add(entry.CreatedRevision);
        }

        fingerprint.Add(idempotency.Count);
        foreach (var (keyHash, remembered) in idempotency.OldestFirst)
        {
            fingerprint.Add(keyHash);
            fingerprint.Add(remembered.RequestHash);
            fingerprint.Add((long)remembered.Result.Status);
            fingerprint.Add(remembered.Result.Revision);
            fingerprint.Add(remembered.Result.Slot);
            fingerprint.Add(remembered.LogTime);
            fingerprint.Add(remembered.Order);
        }

        return fingerprint.Finish();
    }

    /// <remarks>Only this program encodes commands, so one that cannot be read comes from another version; skipping it would diverge.</remarks>
    private StoreCommand Decode(ReadOnlyMemory<byte> command, int index)
    {
        try
        {
            return StoreCommand.Decode(command);
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException(
                $"Command {index} of slot {appliedIndex} cannot be read: {e.Message} This replica must stop; run the version that the other replicas run.", e);
        }
    }

    private StoreResult ApplyOnce(StoreCommand command, ReadOnlySpan<byte> bytes, Origin origin, List<RowChange> changes)
    {
        if (command.IdempotencyKey is not { } key) return Execute(command, origin, changes);

        var keyHash = IdempotencyTable.Hash(key);
        var requestHash = IdempotencyTable.Hash(bytes);
        if (idempotency.TryGet(keyHash, out var earlier))
            return earlier.RequestHash == requestHash ? earlier.Result : Result(ResultStatus.KeyReused);
        if (!idempotency.MakeRoom(logTime, changes)) return Result(ResultStatus.TooManyKeys);

        var result = Execute(command, origin, changes);
        idempotency.Remember(keyHash, requestHash, result, logTime, changes);
        return result;
    }

    private StoreResult Execute(StoreCommand command, Origin origin, List<RowChange> changes) => command switch
    {
        Put put => Execute(put, origin, changes),
        Delete delete => Execute(delete, changes),
        NoOp => Result(ResultStatus.Ok),
        _ => throw new UnreachableException($"Command {command.GetType()}"),
    };

    private StoreResult Execute(Put put, Origin origin, List<RowChange> changes)
    {
        var present = entries.GetValueOrDefault(put.Key);
        if (!put.Condition.Holds(present?.Revision ?? 0)) return ConditionFailed(present);

        revision++;
        var entry = new Entry(put.Value, revision, present?.CreatedRevision ?? revision);
        entries[put.Key] = entry;
        if (present is null) keys.Add(put.Key);
        changes.Add(new EntryRow(put.Key, entry, present) { Origin = origin });
        return Result(ResultStatus.Ok);
    }

    private StoreResult Execute(Delete delete, List<RowChange> changes)
    {
        var present = entries.GetValueOrDefault(delete.Key);
        if (!delete.Condition.Holds(present?.Revision ?? 0)) return ConditionFailed(present);
        if (present is null) return Result(ResultStatus.NotFound);

        revision++;
        entries.Remove(delete.Key);
        keys.Remove(delete.Key);
        changes.Add(new EntryRow(delete.Key, null, present));
        return Result(ResultStatus.Ok);
    }

    private StoreResult Result(ResultStatus status) => new(status, revision, appliedIndex);

    private StoreResult ConditionFailed(Entry? present) => new(ResultStatus.ConditionFailed, present?.Revision ?? 0, appliedIndex);
}

/// <param name="AppliedIndex">The last slot executed.</param>
/// <param name="Revision">Grows by one with each change of the store.</param>
/// <param name="LogTime">The replicated clock, milliseconds.</param>
/// <param name="Hash">Over everything applied so far, chained slot by slot (rule 14).</param>
public readonly record struct StorePosition(long AppliedIndex, long Revision, long LogTime, UInt128 Hash = default);
