namespace AspirePaxos.KeyValue;

/// <summary>The keys alone, in order: only a put of a new key and a delete pay for it.</summary>
internal sealed class OrderedKeys(IEnumerable<string> keys)
{
    private readonly SortedSet<string> keys = new(keys, KeyOrder.Instance);

    public void Add(string key) => keys.Add(key);

    public void Remove(string key) => keys.Remove(key);

    public IEnumerable<string> All => keys;

    /// <summary>Keys with the prefix that come after <paramref name="after"/>; O(log n) to the first.</summary>
    public IEnumerable<string> From(string prefix, string? after)
    {
        var lowest = after is not null && KeyOrder.Instance.Compare(after, prefix) >= 0 ? after : prefix;
        if (keys.Count == 0 || KeyOrder.Instance.Compare(lowest, keys.Max!) > 0) yield break;
        foreach (var key in keys.GetViewBetween(lowest, keys.Max!))
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal)) yield break;
            if (key != after) yield return key;
        }
    }
}
