using System.Runtime.InteropServices;
using AspirePaxos.KeyValue;

namespace AspirePaxos.Node.Storage;

/// <summary>
/// What Apply changed since the rows were last committed: of each row the last state, beside the one that is on the disk, and the position
/// that all of it belongs to.
/// </summary>
internal sealed class AppliedRows
{
    private readonly Dictionary<string, Changed<Entry?>> entries = [];
    private readonly Dictionary<UInt128, Changed<Remembered?>> idempotency = [];

    /// <param name="Stored">On the disk; null: nothing.</param>
    /// <param name="Present">Null: the row goes.</param>
    /// <param name="Origin">Of an entry: the command that put it.</param>
    public readonly record struct Changed<T>(T Stored, T Present, Origin Origin = default);

    public IReadOnlyDictionary<string, Changed<Entry?>> Entries => entries;

    public IReadOnlyDictionary<UInt128, Changed<Remembered?>> Idempotency => idempotency;

    /// <summary>Null where nothing was applied.</summary>
    public StorePosition? Position { get; private set; }

    /// <summary>A snapshot was installed: everything that was stored goes, and what is here takes its place.</summary>
    public bool ReplacesAll { get; private set; }

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
            if (change is EntryRow entry)
            {
                ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(entries, entry.Key, out var known);
                row = new(known ? row.Stored : entry.Previous, entry.Entry, entry.Origin);
            }
            else if (change is IdempotencyRow key)
            {
                ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(idempotency, key.KeyHash, out var known);
                row = new(known ? row.Stored : key.Previous, key.Remembered);
            }
        }
    }

    public void Clear()
    {
        entries.Clear();
        idempotency.Clear();
        Position = null;
        ReplacesAll = false;
    }
}
