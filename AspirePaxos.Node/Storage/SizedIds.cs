namespace AspirePaxos.Node.Storage;

/// <summary>Ids of large values, with the bytes of each and of all.</summary>
internal sealed class SizedIds
{
    private readonly Dictionary<long, int> lengths = [];

    /// <summary>Of all of them.</summary>
    public long Bytes { get; private set; }

    public IReadOnlyCollection<long> Ids => lengths.Keys;

    public bool Contains(long id) => lengths.ContainsKey(id);

    /// <returns>False: it was there already.</returns>
    public bool Add(long id, int length)
    {
        if (!lengths.TryAdd(id, length)) return false;
        Bytes += length;
        return true;
    }

    public bool Remove(long id, out int length)
    {
        if (!lengths.Remove(id, out length)) return false;
        Bytes -= length;
        return true;
    }

    /// <summary>What was many once would keep its room for good, and be walked through whole.</summary>
    public void Trim()
    {
        if (lengths.Capacity > 1_000 + (4 * lengths.Count)) lengths.TrimExcess();
    }

    public void Clear()
    {
        lengths.Clear();
        Bytes = 0;
        Trim();
    }
}
