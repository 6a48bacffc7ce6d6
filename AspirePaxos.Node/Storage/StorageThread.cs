using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Storage;

/// <summary>
/// Makes writes durable in their order, off the loop: while one commit is under way the next gathers, and is one transaction however
/// many writes it holds. Rows changed by Apply ride along once they are many or a second old; where nothing else comes they are committed
/// after <see cref="IdleFlush"/>.
/// </summary>
/// <remarks>A commit that fails is never tried again: what the file system has kept by then is anyone's guess.</remarks>
internal sealed class StorageThread : IDisposable
{
    public static readonly TimeSpan IdleFlush = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Rows that wait at most: a few with each write would go to other pages every time, and SQLite writes whole pages; many at once
    /// share them. The write that takes them along waits for them. The log has all of them (decision 12).
    /// </summary>
    private const int MaxWaitingRows = 2_048;

    private const long MaxWaitingBytes = 4 << 20;

    /// <summary>A large value is stored already, and its row is small: only the memory counts that it keeps meanwhile, so 16 MiB of them may wait.</summary>
    private const int LargeShare = 4;

    /// <summary>Rows are written with the next write after it, however few they are: a restart has little to apply again.</summary>
    private static readonly TimeSpan MaxRowAge = TimeSpan.FromSeconds(1);

    // A monitor and no semaphore: it does not spin while it waits, and processors are few.
    private readonly object gate = new();
    private readonly PaxosDatabase database;
    private readonly Action<long, long, DateTime, DateTime> persisted;
    private readonly Action<Exception> failed;
    private readonly Action<long>? stateDurable;
    private readonly Action? delay;
    private readonly Thread thread;
    private List<Write> writes = [];
    private List<(StorePosition Position, IEnumerable<RowChange> Rows, bool All)> applied = [];
    private long oldestPending;
    private long lastPersisted = Environment.TickCount64;
    private int waitingRows;
    private long waitingBytes;
    private long rowsSince;
    private bool replaces;
    private bool stopping;

    /// <param name="persisted">First and last sequence, start and end (UTC) of a commit; called on the storage thread.</param>
    /// <param name="failed">A commit failed: the process must stop. Called on the storage thread.</param>
    /// <param name="stateDurable">The slot after which the state on disk now is; called on the storage thread.</param>
    /// <param name="delay">Blocks for as long as a slow disk would, before each commit; null: never.</param>
    public StorageThread(
        PaxosDatabase database, Action<long, long, DateTime, DateTime> persisted, Action<Exception> failed, Action<long>? stateDurable = null,
        Action? delay = null)
    {
        this.database = database;
        this.persisted = persisted;
        this.failed = failed;
        this.stateDurable = stateDurable;
        this.delay = delay;
        thread = new Thread(Run) { Name = "storage", IsBackground = true };
    }

    /// <summary>How long the oldest write has been under way; zero where none is.</summary>
    public TimeSpan PendingWrite
    {
        get
        {
            var since = Volatile.Read(ref oldestPending);
            return since == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Environment.TickCount64 - since);
        }
    }

    public TimeSpan SincePersisted => TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref lastPersisted));

    /// <summary>Writes that no commit has begun with.</summary>
    public int Waiting
    {
        get
        {
            lock (gate) return writes.Count;
        }
    }

    public void Start() => thread.Start();

    public void Enqueue(Write write)
    {
        lock (gate)
        {
            writes.Add(write);
            if (oldestPending == 0) oldestPending = Environment.TickCount64;
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Wakes nobody as long as the rows are few: a later write takes them along.</summary>
    public void Enqueue(StorePosition position, IReadOnlyList<RowChange> changes)
    {
        lock (gate)
        {
            if (applied.Count == 0) rowsSince = Environment.TickCount64;
            applied.Add((position, changes, false));
            waitingRows += changes.Count;
            foreach (var change in changes) waitingBytes += BytesOf(change);
            if (RowsAreMany) Monitor.Pulse(gate);
        }
    }

    /// <summary>A snapshot was installed: its rows replace all others in the transaction of the write that says so.</summary>
    public void Enqueue(Write write, StoreSnapshot snapshot)
    {
        lock (gate)
        {
            applied.Clear();
            applied.Add((snapshot.Position, snapshot.Rows, true));
            replaces = true;
            Enqueue(write);
        }
    }

    /// <summary>Commits what is queued and ends the thread.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            stopping = true;
            Monitor.Pulse(gate);
        }

        thread.Join();
        database.Dispose();
    }

    private void Run()
    {
        try
        {
            var rows = new AppliedRows();
            var spareWrites = new List<Write>();
            var spareApplied = new List<(StorePosition, IEnumerable<RowChange>, bool)>();
            var last = false;
            while (!last)
            {
                lock (gate)
                {
                    var idle = WaitForWork();
                    (writes, spareWrites) = (spareWrites, writes);
                    last = stopping;
                    if (idle || last || replaces || RowsAreMany || RowsAreOld) TakeRows(ref spareApplied);
                }

                foreach (var (position, changed, all) in spareApplied)
                {
                    if (all) rows.Replace(position, changed);
                    else rows.Add(position, changed);
                }

                spareApplied.Clear();
                if (spareWrites.Count > 0 || rows.Position is not null) Commit(spareWrites, rows);
                spareWrites.Clear();
            }
        }
        catch (Exception e)
        {
            failed(e);
        }
    }

    private bool RowsAreMany => waitingRows >= MaxWaitingRows || waitingBytes >= MaxWaitingBytes;

    private bool RowsAreOld => applied.Count > 0 && Environment.TickCount64 - rowsSince >= MaxRowAge.TotalMilliseconds;

    /// <summary>Until there is a write, or many rows, or a few that nothing has come for.</summary>
    /// <returns>True: nothing has come.</returns>
    private bool WaitForWork()
    {
        while (writes.Count == 0 && !RowsAreMany && !stopping)
        {
            if (!Monitor.Wait(gate, IdleFlush) && writes.Count == 0 && applied.Count > 0) return true;
        }

        return false;
    }

    private static int BytesOf(RowChange change)
    {
        var length = (change as EntryRow)?.Entry?.Value.Length ?? 0;
        return length < CommandCutter.Large ? length : length / LargeShare;
    }

    private void TakeRows(ref List<(StorePosition Position, IEnumerable<RowChange> Rows, bool All)> spare)
    {
        (applied, spare) = (spare, applied);
        (waitingRows, waitingBytes, replaces) = (0, 0, false);
    }

    private void Commit(List<Write> batch, AppliedRows rows)
    {
        var start = DateTime.UtcNow;
        delay?.Invoke();
        database.Commit(batch, rows);
        var end = DateTime.UtcNow;
        var durable = rows.Position;
        rows.Clear();
        lock (gate)
        {
            oldestPending = writes.Count > 0 ? Environment.TickCount64 : 0;
            lastPersisted = Environment.TickCount64;
        }

        if (durable is { } position) stateDurable?.Invoke(position.AppliedIndex);
        if (batch.Count > 0) persisted(batch[0].Sequence, batch[^1].Sequence, start, end);
    }
}
