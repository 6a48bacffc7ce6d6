namespace AspirePaxos.Protocol;

/// <summary>
/// Which log records may go (rule 12): those behind a durable state, but for a tail that lagging replicas can learn from, and but for
/// what a replica needs that is just fetching a snapshot of this one. That is pinned from the moment the state is captured, else a busy
/// cluster could drop what comes after a snapshot before it has arrived, again and again.
/// </summary>
internal sealed class Truncation(Context context)
{
    /// <summary>A fetching replica may hold the log back to this many times its ordinary bytes.</summary>
    private const int Indulgence = 4;

    /// <summary>Or to this many times the bytes of the snapshot, which take as long to fetch: the log may not cost more than the state does.</summary>
    private const int IndulgencePerSnapshot = 2;

    /// <summary>Bytes a millisecond of which the receiver is trusted to read and store a snapshot after its last part.</summary>
    private const int SlowestInstallation = 1_000;

    private readonly Dictionary<NodeId, Pin> pins = [];

    /// <summary>The state on this replica's disk is that after this slot, at least.</summary>
    public long DurableState { get; set; }

    /// <summary>The state after this slot is captured for it, and being written: it comes round again while it asks the others.</summary>
    /// <param name="bytes">Of the snapshot, about.</param>
    public void Makes(NodeId fetcher, long slot, long bytes) => pins[fetcher] = new Pin(slot, bytes, context.Now + (16L * context.Options.ElectionTimeout));

    /// <summary>A part of the snapshot went out: the slots above will be asked for next.</summary>
    public void Served(NodeId fetcher, SnapshotId id) =>
        pins[fetcher] = new Pin(id.Slot, id.Length, context.Now + (8L * context.Options.ElectionTimeout) + (id.Length / SlowestInstallation));

    public void Tick()
    {
        var (log, options) = (context.Log, context.Options);
        var step = Math.Max(1, options.LogTailSlots / 32);
        var due = DurableState - log.TruncatedThrough > options.LogTailSlots + step || log.Bytes > options.LogTailBytes / 16 * 17;
        if (!due) return;
        var through = log.TruncationPoint(DurableState, options.LogTailSlots, options.LogTailBytes);
        foreach (var (fetcher, pin) in pins)
        {
            if (context.Now >= pin.Until) pins.Remove(fetcher);
            else through = Math.Min(through, Pinned(fetcher, pin));
        }

        if (through <= log.TruncatedThrough) return;
        log.Truncate(through);
        context.Out.Truncate(through);
    }

    /// <summary>Where it says that it has come further, only what is above.</summary>
    private long Pinned(NodeId fetcher, Pin pin)
    {
        var log = context.Log;
        var slot = Math.Max(pin.Slot, context.Peer(fetcher).CommitIndex);
        var most = Math.Max((long)Indulgence * context.Options.LogTailBytes, IndulgencePerSnapshot * pin.Bytes);
        return log.Bytes <= most ? slot : Math.Max(slot, log.TruncationPoint(DurableState, int.MaxValue, most));
    }

    /// <summary>The log above the slot is kept, up to the clock <paramref name="Until"/>.</summary>
    private readonly record struct Pin(long Slot, long Bytes, long Until);
}
