using System.Collections.Concurrent;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Storage;

/// <summary>
/// The snapshots that this replica serves, and the one it fetches: files beside the database, written and read on a thread of their own.
/// Whatever goes wrong with them is told and tried again: unlike a commit, a snapshot can be made or fetched once more.
/// </summary>
/// <remarks>The public methods, and <see cref="Made"/>, are called on the loop's thread.</remarks>
internal sealed partial class SnapshotFiles : IDisposable
{
    public const int PartBytes = 512 << 10;

    /// <summary>The newest, and one that may still be in transfer.</summary>
    private const int Kept = 2;

    /// <summary>Whoever fetches one asks again within seconds. One that came back later would find its slot dropped, most likely.</summary>
    internal const long IdleMilliseconds = 300_000;

    /// <summary>After a failure, before more is asked for: a full disk is not emptied by trying.</summary>
    private static readonly TimeSpan pause = TimeSpan.FromSeconds(1);

    private readonly Action<LoopInput> post;
    private readonly ILogger logger;
    private readonly StoreOptions options;
    private readonly IncomingSnapshot incoming;
    private readonly string directory;
    private readonly BlockingCollection<Action> work = [];
    private readonly ManualResetEventSlim stopping = new();
    private readonly Thread thread;
    private readonly List<ServedSnapshot> served = [];
    private readonly Dictionary<NodeId, SnapshotRead> waiting = [];
    private readonly Dictionary<ServedSnapshot, long> lastRead = [];
    private long now;
    private (long Slot, long Bytes)? making;

    /// <param name="post">What comes of the work, for the loop.</param>
    public SnapshotFiles(string directory, StoreOptions options, Action<LoopInput> post, ILogger logger)
    {
        this.directory = directory;
        this.options = options;
        this.post = post;
        this.logger = logger;
        incoming = new IncomingSnapshot(directory);
        thread = new Thread(Run) { Name = "snapshots", IsBackground = true };
    }

    /// <summary>Removes what an earlier process served, and begins.</summary>
    /// <returns>How much of a snapshot was fetched before.</returns>
    public PartialSnapshot? Start(long appliedIndex)
    {
        PartialSnapshot? found = null;
        try
        {
            foreach (var old in Directory.EnumerateFiles(directory, ServedSnapshot.Pattern)) File.Delete(old);
            found = incoming.Find(appliedIndex);
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            LogFailed("read from the data directory", e);
        }

        thread.Start();
        return found;
    }

    /// <param name="store">The state as it is now.</param>
    /// <returns>The slot of the snapshot that the asker has to wait for, and about its size; null where it waits for none.</returns>
    public (long Slot, long Bytes)? Answer(SnapshotRead read, long truncatedThrough, string clusterId, KeyValueStore store)
    {
        // One that ends below what was dropped would leave a gap behind it, but whoever is fetching it may as well have its end.
        var file = served.Find(file => file.Id.Slot == read.Slot && file.Id.Slot > read.Above)
            ?? served.FindLast(file => file.Id.Slot >= truncatedThrough && file.Id.Slot > read.Above);
        if (file is not null)
        {
            ReadPart(file, read);
            return null;
        }

        // Whoever asks is further than this replica, and finds another one by the silence.
        if (store.Position.AppliedIndex <= read.Above) return null;

        // An earlier question of the same peer is lost, as any message may be.
        waiting[read.Query.From.Node] = read;
        if (making is { } underWay) return underWay.Slot > read.Above ? underWay : null;
        var state = store.Capture();
        making = (state.Position.AppliedIndex, DatabaseBytes());
        work.Add(() => Make(state, clusterId));
        return making;
    }

    /// <summary>A file is there, or could not be written.</summary>
    public void Made(ServedSnapshot? file)
    {
        making = null;
        if (file is not null)
        {
            served.Add(file);
            lastRead[file] = now;
            foreach (var read in waiting.Values)
            {
                // One for which it is too old, because it was under way already, asks again.
                if (file.Id.Slot > read.Above) ReadPart(file, read);
            }

            if (served.Count > Kept) Drop(served[0]);
        }

        waiting.Clear();
    }

    /// <summary>Files that nobody has read for long take no more place.</summary>
    public void Tick(long milliseconds)
    {
        now = milliseconds;
        if (served.Count > 0 && served.Find(file => now - lastRead[file] >= IdleMilliseconds) is { } idle) Drop(idle);
    }

    /// <summary>Keeps a part that was fetched; with the last one comes <see cref="LoopInput.SnapshotFetched"/> or <see cref="LoopInput.SnapshotRefused"/>.</summary>
    public void Keep(SnapshotPart part, string clusterId) => work.Add(() => Append(part, clusterId));

    public void Dispose()
    {
        stopping.Set();
        work.CompleteAdding();
        if (thread.IsAlive) thread.Join();
        incoming.Dispose();
        work.Dispose();
        stopping.Dispose();
    }

    private void Run()
    {
        foreach (var next in work.GetConsumingEnumerable())
        {
            if (stopping.IsSet) return;
            try
            {
                next();
            }
            catch (Exception e) when (IsOfFiles(e))
            {
                LogFailed("used", e);
            }
        }
    }

    /// <summary>How large the snapshot becomes is known when it is written; the database holds the same state.</summary>
    private long DatabaseBytes()
    {
        var database = new FileInfo(Path.Combine(directory, PaxosDatabase.FileName));
        return database.Exists ? database.Length : 0;
    }

    private void Make(StoreSnapshot state, string clusterId)
    {
        ServedSnapshot? made = null;
        try
        {
            made = ServedSnapshot.Write(directory, state, clusterId);
            LogMade(made.Id.Slot, made.Id.Length);
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            LogFailed("written", e);
            stopping.Wait(pause);
        }

        post(new LoopInput.SnapshotMade(made));
    }

    /// <summary>Parts that were asked for before are read first.</summary>
    private void Drop(ServedSnapshot file)
    {
        served.Remove(file);
        lastRead.Remove(file);
        work.Add(file.Delete);
    }

    private void ReadPart(ServedSnapshot file, SnapshotRead read)
    {
        lastRead[file] = now;
        var offset = read.Slot == file.Id.Slot && read.Offset < file.Id.Length ? read.Offset : 0;
        work.Add(() => post(new LoopInput.SnapshotRead(read.Query, file.Id, offset, file.Read(offset, PartBytes))));
    }

    private void Append(SnapshotPart part, string clusterId)
    {
        try
        {
            if (!incoming.Append(part) || !part.IsLast) return;
            var snapshot = incoming.Read(clusterId);
            var store = KeyValueStore.Restore(options, snapshot.Position, snapshot.Rows);
            incoming.Delete();
            post(new LoopInput.SnapshotFetched(snapshot, store));
        }
        catch (Exception e) when (IsOfFiles(e) || e is InvalidDataException or System.Text.Json.JsonException or ArgumentException)
        {
            LogRefused(part.Id.Slot, e.Message);
            incoming.Abandon();
            stopping.Wait(pause);
            post(new LoopInput.SnapshotRefused());
        }
    }

    private static bool IsOfFiles(Exception e) => e is IOException or UnauthorizedAccessException;

    [LoggerMessage(EventId = 130, Level = LogLevel.Information, Message = "Wrote a snapshot of the state after slot {Slot}, {Bytes} bytes, for a replica that lags.")]
    private partial void LogMade(long slot, long bytes);

    [LoggerMessage(EventId = 131, Level = LogLevel.Warning, Message = "A snapshot to be served could not be {What}; it is tried again when it is asked for again.")]
    private partial void LogFailed(string what, Exception failure);

    [LoggerMessage(EventId = 132, Level = LogLevel.Warning, Message = "The snapshot of slot {Slot} that was fetched is refused, and fetched again: {Reason}")]
    private partial void LogRefused(long slot, string reason);
}
