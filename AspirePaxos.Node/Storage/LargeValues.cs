using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using Microsoft.Data.Sqlite;

namespace AspirePaxos.Node.Storage;

/// <summary>
/// Values from <see cref="CommandCutter.Large"/> bytes on, each stored once (decision 17): the record of the log that put it and the row of
/// its key refer to it by slot and place in the batch. Once neither does it goes with others beside it (decision 19).
/// </summary>
internal sealed class LargeValues : IDisposable
{
    /// <summary>So many bytes to which nothing refers may stay, beside half as many as keys refer to.</summary>
    public const int Spare = 32 << 10;

    /// <summary>
    /// Of these a transaction sweeps so many bytes; or a 64th of what there was when it began, but not so many that the transaction becomes a long one;
    /// and two for each byte that it stores, so that they become fewer.
    /// </summary>
    public const int LeastPortion = 16 << 10, MostPortion = 1 << 20;

    private readonly CommandCutter cutter = new();
    private readonly LargeValueUses uses;
    private readonly int spare;
    private readonly Statement put, delete, between;
    private readonly Queue<long> sweeping = [];
    private long portion, stored;

    public LargeValues(SqliteConnection connection, LargeValueUses uses, int spare)
    {
        (this.uses, this.spare) = (uses, spare);
        put = new Statement(connection, "INSERT OR REPLACE INTO large VALUES ($0, $1)");
        delete = new Statement(connection, "DELETE FROM large WHERE id = $0");
        between = new Statement(connection, "SELECT id FROM large WHERE id >= $0 AND id < $1");
    }

    /// <summary>Stores the large values of a record.</summary>
    /// <param name="replaces">There may be an earlier record of the slot, whose values it does not need any more.</param>
    /// <param name="count">How many they are.</param>
    /// <returns>What is left of its command; holds until the next call.</returns>
    public ReadOnlySpan<byte> Put(LogRecord record, bool replaces, out int count)
    {
        if (replaces) Release(record.Slot - 1, record.Slot);
        count = 0;
        if (record.Slot > LargeValueUses.MostSlot) return record.Command.Bytes.Span;
        var rest = cutter.Cut(record.Command.Bytes.Span, LargeValueUses.MostIndex);
        for (; count < cutter.Count; count++)
        {
            var id = LargeValueUses.Id(record.Slot, cutter.IndexOf(count));
            var value = cutter.ValueOf(count);
            put.Bind(id).Bind(value).Run();
            uses.OfLog.Add(id, value.Length);
            uses.Unused.Remove(id, out _);
            stored += value.Length;
        }

        return rest;
    }

    /// <summary>The log has no records of the slots above the first up to the last any more.</summary>
    public void Release(long after, long through)
    {
        var (first, end) = (Math.Min(after, LargeValueUses.MostSlot) + 1, Math.Min(through, LargeValueUses.MostSlot) + 1);
        foreach (var id in between.Bind(LargeValueUses.Id(first, 0)).Bind(LargeValueUses.Id(end, 0)).Column())
        {
            if (uses.OfLog.Remove(id, out var length) && !uses.OfEntries.Contains(id)) uses.Unused.Add(id, length);
        }
    }

    /// <summary>The row of the key changes.</summary>
    /// <param name="entry">Null: it goes.</param>
    /// <param name="origin">The command that put it.</param>
    /// <returns>The id of its value, which is stored already; null: the row has it itself.</returns>
    public long? Refer(string key, Entry? entry, Origin origin)
    {
        long? id = entry is not null && entry.Value.Length >= CommandCutter.Large && Logged(origin) is { } logged ? logged : null;
        if (uses.OfKeys.Remove(key, out var earlier) && earlier != id)
        {
            if (uses.OfEntries.Remove(earlier, out var length) && !uses.OfLog.Contains(earlier)) uses.Unused.Add(earlier, length);
        }

        if (id is { } present)
        {
            uses.OfKeys.Add(key, present);
            uses.OfEntries.Add(present, entry!.Value.Length);
        }

        return id;
    }

    /// <summary>All rows of keys go, for others that come with their values: what these had makes room at once, with all that nothing refers to.</summary>
    public void Clear()
    {
        foreach (var id in uses.OfEntries.Ids.Concat(uses.Unused.Ids).Where(id => !uses.OfLog.Contains(id)).Order()) delete.Bind(id).Run();
        uses.OfEntries.Clear();
        uses.OfKeys.Clear();
        uses.Unused.Clear();
        sweeping.Clear();
    }

    /// <summary>
    /// Deletes a portion of what nothing refers to, once that is much. One by one they would each change a page of their own; in the order in
    /// which they were stored, many at once, neighbours go together. Called once in a transaction, which must have another change.
    /// </summary>
    public void Sweep()
    {
        if (sweeping.Count == 0 && uses.Unused.Bytes > spare + (uses.OfEntries.Bytes / 2))
        {
            foreach (var id in uses.Unused.Ids.Order()) sweeping.Enqueue(id);
            portion = Math.Clamp(uses.Unused.Bytes / 64, LeastPortion, MostPortion);
        }

        for (var left = portion + (2 * stored); left > 0 && sweeping.TryDequeue(out var id);)
        {
            // It may have been stored again in the meantime.
            if (!uses.Unused.Remove(id, out var length)) continue;
            delete.Bind(id).Run();
            left -= length;
        }

        stored = 0;
        if (sweeping.Count > 0) return;
        sweeping.TrimExcess();
        uses.Unused.Trim();
    }

    public void Dispose()
    {
        put.Dispose();
        delete.Dispose();
        between.Dispose();
    }

    private long? Logged(Origin origin)
    {
        if (origin.Slot > LargeValueUses.MostSlot || origin.Index > LargeValueUses.MostIndex) return null;
        var id = LargeValueUses.Id(origin.Slot, origin.Index);
        return uses.OfLog.Contains(id) ? id : null;
    }
}
