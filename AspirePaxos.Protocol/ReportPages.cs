namespace AspirePaxos.Protocol;

/// <summary>
/// How far one acceptor's report of what it accepted has come, page by page: complete when pages and TruncatedThrough cover
/// FromSlot…LastSlot without a hole (rule 3).
/// </summary>
internal sealed class ReportPages
{
    private readonly long fromSlot;

    public ReportPages(long fromSlot) => NextSlot = this.fromSlot = fromSlot;

    public long NextSlot { get; private set; }

    /// <summary>Fixed by the first page; null before it came.</summary>
    public long? LastSlot { get; private set; }

    /// <summary>−1: never.</summary>
    public long AskedAt { get; set; } = -1;

    public bool Complete => LastSlot is { } last && NextSlot > last;

    /// <returns>False where the page does not follow what is there: it counts for nothing.</returns>
    public bool Add(long from, long through, long lastSlot, long truncatedThrough)
    {
        var covered = Math.Max(NextSlot, truncatedThrough + 1);
        if (from > covered) return false;
        if (LastSlot is null && from > fromSlot) return false;
        LastSlot ??= lastSlot;
        NextSlot = Math.Max(covered, through + 1);
        return true;
    }

    /// <summary>The acceptor restarted between two pages: it reports again, from the first one on.</summary>
    public void Restart()
    {
        NextSlot = fromSlot;
        LastSlot = null;
    }
}
