namespace AspirePaxos.Protocol;

/// <summary>
/// Gathers the effects of one turn, and holds back what depends on a write until that write is durable (rule 1). Writes are numbered
/// in the order of their issue and become durable in that order, so a message needs to wait for one number only: the last write
/// issued, or being gathered, when it was made.
/// </summary>
internal sealed class Outbox(long truncated)
{
    private readonly Queue<(long After, Envelope Envelope)> held = new();
    private readonly Queue<(long Sequence, long Since)> pending = new();
    private Dictionary<long, LogRecord> records = [];
    private Ballot? promised;
    private ClusterState? cluster;
    private long truncatedThrough = truncated;
    private long installedSnapshot;
    private bool truncates;
    private Ready ready = new();
    private long issued;

    public Ready Ready => ready;

    public long Persisted { get; private set; }

    /// <summary>Durability of everything changed so far: reached when <see cref="Persisted"/> is at or above it.</summary>
    public long Sequence => Gathering ? issued + 1 : issued;

    /// <summary>A change waits to be handed out as a write.</summary>
    private bool Gathering => records.Count > 0 || promised is not null || cluster is not null || truncates;

    /// <summary>When the oldest write that is not durable yet was issued; null where all are.</summary>
    public long? OldestPending => pending.Count > 0 ? pending.Peek().Since : null;

    public void Write(LogRecord record) => records[record.Slot] = record;

    public void Write(Ballot promise) => promised = promise;

    public void Write(ClusterState state) => cluster = state;

    /// <summary>The next write drops the records at or below.</summary>
    public void Truncate(long through) => (truncatedThrough, truncates) = (through, true);

    /// <summary>The next write replaces the state on disk by that after this slot, and drops the records that it stands for.</summary>
    public void Install(long snapshot)
    {
        installedSnapshot = snapshot;
        Truncate(snapshot);
    }

    /// <summary>Leaves at once: its content depends on no write.</summary>
    public void SendNow(Envelope envelope) => ready.Messages.Add(envelope);

    /// <summary>Leaves once everything changed so far is durable.</summary>
    public void SendWhenDurable(Envelope envelope)
    {
        if (Sequence <= Persisted) ready.Messages.Add(envelope);
        else held.Enqueue((Sequence, envelope));
    }

    public void OnPersisted(long sequence)
    {
        Invariant.Holds(sequence <= issued, $"write {sequence} was never issued");
        if (sequence <= Persisted) return;
        Persisted = sequence;
        while (pending.TryPeek(out var write) && write.Sequence <= sequence) pending.Dequeue();
        while (held.TryPeek(out var message) && message.After <= sequence) ready.Messages.Add(held.Dequeue().Envelope);
    }

    public Ready Take(long now, long commitIndex)
    {
        var taken = ready;
        ready = new Ready();
        if (!Gathering) return taken;
        issued++;
        pending.Enqueue((issued, now));
        var written = new List<LogRecord>(records.Values);
        written.RemoveAll(record => record.Slot <= truncatedThrough);
        taken.Write = new Write(issued, promised, written, commitIndex, cluster)
        {
            TruncatedThrough = truncatedThrough,
            InstalledSnapshot = installedSnapshot,
        };
        installedSnapshot = 0;
        truncates = false;
        records = [];
        promised = null;
        cluster = null;
        return taken;
    }
}
