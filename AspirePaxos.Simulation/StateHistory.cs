using AspirePaxos.KeyValue;

namespace AspirePaxos.Simulation;

/// <summary>What each key held after each slot, as the first replica that applied it changed it: the truth that every read is held against.</summary>
internal sealed class StateHistory
{
    private readonly Dictionary<string, List<(long Slot, Entry? Entry)>> changes = new(StringComparer.Ordinal);

    public void Add(long slot, IReadOnlyList<RowChange> rows)
    {
        foreach (var row in rows)
        {
            if (row is not EntryRow change) continue;
            if (!changes.TryGetValue(change.Key, out var all)) changes[change.Key] = all = [];
            all.Add((slot, change.Entry));
        }
    }

    /// <summary>Null: absent.</summary>
    public Entry? At(string key, long slot)
    {
        if (!changes.TryGetValue(key, out var all)) return null;
        for (var i = all.Count - 1; i >= 0; i--)
        {
            if (all[i].Slot <= slot) return all[i].Entry;
        }

        return null;
    }
}
