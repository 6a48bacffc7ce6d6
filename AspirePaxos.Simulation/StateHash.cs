using AspirePaxos.KeyValue;

namespace AspirePaxos.Simulation;

/// <summary>A hash of everything applied so far: the one before, and what the slot brought. Equal at equal slots on all replicas.</summary>
internal static class StateHash
{
    public static ulong Next(ulong before, in AppliedSlot applied)
    {
        var hash = Mixing.Add(before, (ulong)applied.Slot);
        hash = Mixing.Add(hash, applied.Command.Bytes.Span);
        foreach (var result in applied.Results)
        {
            hash = Mixing.Add(hash, (ulong)result.Status);
            hash = Mixing.Add(hash, (ulong)result.Revision);
            hash = Mixing.Add(hash, (ulong)result.Slot);
        }

        foreach (var change in applied.Changes) hash = Add(hash, change);
        return hash;
    }

    private static ulong Add(ulong hash, RowChange change)
    {
        switch (change)
        {
            case EntryRow row:
                hash = Mixing.Add(hash, row.Key);
                if (row.Entry is not { } entry) return Mixing.Add(hash, 1);
                hash = Mixing.Add(hash, entry.Value.Span);
                hash = Mixing.Add(hash, (ulong)entry.Revision);
                return Mixing.Add(hash, (ulong)entry.CreatedRevision);
            case IdempotencyRow row:
                hash = Mixing.Add(hash, (ulong)row.KeyHash);
                if (row.Remembered is not { } kept) return Mixing.Add(hash, 2);
                hash = Mixing.Add(hash, (ulong)kept.RequestHash);
                hash = Mixing.Add(hash, (ulong)kept.LogTime);
                return Mixing.Add(hash, (ulong)kept.Order);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
