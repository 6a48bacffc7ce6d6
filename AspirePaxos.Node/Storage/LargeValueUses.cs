namespace AspirePaxos.Node.Storage;

/// <summary>Who refers to the rows of the table <c>large</c>, by their ids; as it was read, and kept with each change.</summary>
internal sealed class LargeValueUses
{
    /// <summary>Commands of one batch whose values can be rows of their own.</summary>
    public const int MostIndex = (1 << IndexBits) - 1;

    /// <summary>Beyond it ids would not fit; no log comes so far.</summary>
    public const long MostSlot = (1L << (62 - IndexBits)) - 1;

    private const int IndexBits = 16;

    /// <summary>Records of the log do.</summary>
    public SizedIds OfLog { get; } = new();

    /// <summary>The rows of these keys do.</summary>
    public Dictionary<string, long> OfKeys { get; } = [];

    /// <summary>The values of <see cref="OfKeys"/>.</summary>
    public SizedIds OfEntries { get; } = new();

    /// <summary>Nothing does any more; they are stored until they are swept.</summary>
    public SizedIds Unused { get; } = new();

    /// <summary>In the order of slots, then of commands.</summary>
    public static long Id(long slot, int index) => (slot << IndexBits) | (long)index;
}
