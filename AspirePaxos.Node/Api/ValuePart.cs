namespace AspirePaxos.Node.Api;

/// <summary>
/// <c>valueBytes=</c> of a listing: of each value at most so many bytes, for those who show many and read none. A listing that is asked so
/// tells the <c>size</c> of each whole value.
/// </summary>
internal static class ValuePart
{
    public const string Parameter = "valueBytes";
    public const int Most = 1 << 20;

    /// <summary>Bytes in UTF-8 of one character but the first.</summary>
    private const int MostFollowing = 3;

    /// <returns>Null: whole values.</returns>
    public static int? LimitOf(QueryParameters query) => query.Text(Parameter) is null ? null : (int)query.Number(Parameter, 0, 0, Most);

    /// <summary>Where the value is text there, it ends with a whole character.</summary>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> value, int most)
    {
        if (value.Length <= most) return value;
        var end = most;
        while (end > 0 && most - end < MostFollowing && IsFollowing(value.Span[end])) end--;
        return value[..(IsFollowing(value.Span[end]) ? most : end)];
    }

    private static bool IsFollowing(byte b) => (b & 0xC0) == 0x80;
}
