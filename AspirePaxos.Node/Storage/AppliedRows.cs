using AspirePaxos.KeyValue;

namespace AspirePaxos.Node.Storage;

/// <summary>What Apply changed since the last commit: of each row the last state only, and the position that it belongs to.</summary>
internal sealed class AppliedRows
{
    public Dictionary<string, Entry?> Entries { get; } = [];

    public Dictionary<UInt128, Remembered?> Idempotency { get; } = [];

    /// <summary>Null where nothing was applied.</summary>
    public StorePosition? Position { get; private set; }

    /// <summary>A snapshot was installed: everything that was stored goes, and what is here takes its place.</summary>
    public bool ReplacesAll { get; private set; }

    public int Count => Entries.Count + Idempotency.Count;

    /// <summary>What was applied before a snapshot is part of it, or was never true.</summary>
    public void Replace(StorePosition position, IEnumerable<RowChange> rows)
    {
        Clear();
        ReplacesAll = true;
        Add(position, rows);
    }

    public void Add(StorePosition position, IEnumerable<RowChange> changes)
    {
        Position = position;
        foreach (var change in changes)
        {
            if (change is EntryRow entry) Entries[entry.Key] = entry.Entry;
            else if (change is IdempotencyRow row) Idempotency[row.KeyHash] = row.Remembered;
        }
    }

    public void Clear()
    {
        Entries.Clear();
        Idempotency.Clear();
        Position = null;
        ReplacesAll = false;
    }
}
