namespace AspirePaxos.KeyValue;

/// <summary>
/// Orders keys as their UTF-8 bytes are ordered, which is by code point. UTF-16 differs from it in one place: surrogates, which stand
/// for the code points from U+10000, have lower values than U+E000–U+FFFF.
/// </summary>
internal sealed class KeyOrder : IComparer<string>
{
    public static readonly KeyOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var at = x.AsSpan().CommonPrefixLength(y);
        if (at == x.Length || at == y.Length) return x.Length.CompareTo(y.Length);
        return Rank(x[at]).CompareTo(Rank(y[at]));
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
