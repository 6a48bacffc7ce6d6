using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// What one replica keeps: everything that became durable, and the writes under way. Writes become durable in the order in which they
/// were submitted; a crash loses those that had not.
/// </summary>
internal sealed class Disk
{
    private readonly Dictionary<long, LogRecord> log = [];
    private readonly Dictionary<string, EntryRow> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<UInt128, IdempotencyRow> remembered = [];
    private readonly Queue<Submitted> pending = new();

    private readonly record struct Submitted(Write Write, List<RowChange> Rows, StorePosition Position);

    public required long Incarnation { get; init; }

    /// <summary>Grows, durably, at each start.</summary>
    public long BootCounter { get; private set; }

    public Ballot Promised { get; private set; } = Ballot.None;

    public long CommitIndex { get; private set; }

    public ClusterState Cluster { get; private set; } = ClusterState.Empty;

    /// <summary>Of the rows kept; behind the memory by what was applied since the last write.</summary>
    public StorePosition Position { get; private set; }

    /// <summary>Log records at or below were dropped.</summary>
    public long TruncatedThrough { get; private set; }

    /// <summary>Not the node's own any more: what it holds counts nowhere.</summary>
    public bool IsStrange { get; set; }

    /// <summary>The state on it went another way than the others', and goes on to.</summary>
    public bool Diverges { get; set; }

    /// <summary>The file of the snapshot that is being fetched.</summary>
    public FetchedSnapshot? Fetched { get; set; }

    public int Pending => pending.Count;

    public LogRecord? Record(long slot) => log.TryGetValue(slot, out var record) ? record : null;

    /// <summary>In slot order.</summary>
    public IEnumerable<LogRecord> Records => log.Values.OrderBy(record => record.Slot);

    public long NextBoot() => ++BootCounter;

    public void Submit(Write write, List<RowChange> rows, StorePosition position) => pending.Enqueue(new Submitted(write, rows, position));

    /// <summary>The first <paramref name="count"/> writes under way become durable, together with the rows that ride in them.</summary>
    /// <param name="check">Sees each write before it changes anything.</param>
    /// <returns>The sequence of the last.</returns>
    public long Sync(int count, Action<Write> check)
    {
        long sequence = 0;
        for (var i = 0; i < count; i++)
        {
            var (write, rows, position) = pending.Dequeue();
            check(write);
            sequence = write.Sequence;
            Promised = write.Promised ?? Promised;
            CommitIndex = Math.Max(CommitIndex, write.CommitIndex);
            Cluster = write.Cluster ?? Cluster;
            foreach (var record in write.Records) log[record.Slot] = record;
            for (var slot = TruncatedThrough + 1; slot <= write.TruncatedThrough; slot++) log.Remove(slot);
            TruncatedThrough = write.TruncatedThrough;
            if (write.InstalledSnapshot > 0)
            {
                entries.Clear();
                remembered.Clear();
            }

            foreach (var row in rows) Keep(row);
            Position = position;
        }

        return sequence;
    }

    /// <summary>Every write that is not durable is gone.</summary>
    public void LoseUnsynced() => pending.Clear();

    public DurableState Load() =>
        new(Cluster, Promised, CommitIndex, [.. Records], Position.AppliedIndex, Position.LogTime)
        {
            TruncatedThrough = TruncatedThrough,
            Fetched = Fetched is { } fetched ? new PartialSnapshot(fetched.Id, fetched.Bytes.Count) : null,
        };

    public KeyValueStore LoadStore(StoreOptions options)
    {
        IEnumerable<RowChange> rows = entries.Values;
        return KeyValueStore.Restore(options, Position, rows.Concat(remembered.Values));
    }

    /// <summary>A copy of what is durable, as a backup would hold it.</summary>
    public Disk Copy()
    {
        var copy = new Disk
        {
            Incarnation = Incarnation,
            BootCounter = BootCounter,
            Diverges = Diverges,
            Promised = Promised,
            CommitIndex = CommitIndex,
            TruncatedThrough = TruncatedThrough,
            Cluster = Cluster,
            Position = Position,
        };
        foreach (var (slot, record) in log) copy.log[slot] = record;
        foreach (var row in entries.Values) copy.Keep(row);
        foreach (var row in remembered.Values) copy.Keep(row);
        return copy;
    }

    private void Keep(RowChange row)
    {
        switch (row)
        {
            case EntryRow { Entry: null } gone:
                entries.Remove(gone.Key);
                break;
            case EntryRow entry:
                entries[entry.Key] = entry;
                break;
            case IdempotencyRow { Remembered: null } expired:
                remembered.Remove(expired.KeyHash);
                break;
            case IdempotencyRow key:
                remembered[key.KeyHash] = key;
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
