namespace AspirePaxos.Protocol;

/// <summary>
/// Which log records may go (rule 12): those behind a durable state, but for a tail that lagging replicas can learn from, and but for
/// what a replica needs that is just fetching a snapshot of this one.
/// </summary>
internal sealed class Truncation(Context context)
{
    /// <summary>A fetching replica may hold the log back to this many times its ordinary bytes.</summary>
    private const int Indulgence = 4;

    private long served;
    private long servedAt = -1;

    /// <summary>The state on this replica's disk is that after this slot, at least.</summary>
    public long DurableState { get; set; }

    /// <summary>A part of the snapshot at this slot went out: the slots above will be asked for next.</summary>
    public void Served(long slot) => (served, servedAt) = (slot, context.Now);

    public void Tick()
    {
        var (log, options) = (context.Log, context.Options);
        var step = Math.Max(1, options.LogTailSlots / 32);
        var due = DurableState - log.TruncatedThrough > options.LogTailSlots + step || log.Bytes > options.LogTailBytes / 16 * 17;
        if (!due) return;
        var through = log.TruncationPoint(DurableState, options.LogTailSlots, options.LogTailBytes);
        if (IsServing) through = Math.Min(through, Math.Max(served, log.TruncationPoint(DurableState, int.MaxValue, (long)Indulgence * options.LogTailBytes)));
        if (through <= log.TruncatedThrough) return;
        log.Truncate(through);
        context.Out.Truncate(through);
    }

    private bool IsServing => servedAt >= 0 && context.Now - servedAt < 8L * context.Options.ElectionTimeout;
}
