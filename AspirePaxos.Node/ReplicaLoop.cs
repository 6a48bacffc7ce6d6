using System.Diagnostics;
using AspirePaxos.KeyValue;
using AspirePaxos.Node.Storage;
using AspirePaxos.Node.Telemetry;
using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node;

/// <summary>The only thread that touches the <see cref="Replica"/> and the <see cref="KeyValueStore"/>: input → Ready → storage → messages → apply.</summary>
/// <remarks>This part is what the rest of the node calls, from any thread; ReplicaLoop.Turn.cs is the thread.</remarks>
public sealed partial class ReplicaLoop : IDisposable
{
    private readonly NodeOptions options;
    private readonly IReadOnlyList<NodeId> members;
    private readonly LoopInbox inbox;
    private readonly Exchanges exchanges;
    private readonly PeerTransport transport;
    private readonly RoundTracer tracer;
    private readonly NodeMeter meter;
    private readonly ILogger<ReplicaLoop> logger;
    private readonly Action<int> end;
    private readonly InjectedFaults? faults;
    private volatile ReplicaStatus status;
    private StorageThread? storage;
    private SnapshotFiles? snapshots;
    private Thread? thread;

    /// <param name="end">Ends the process at once with an exit code.</param>
    /// <param name="faults">Null where none can be injected.</param>
    internal ReplicaLoop(
        NodeOptions options, LoopInbox inbox, Exchanges exchanges, PeerTransport transport, RoundTracer tracer, NodeMeter meter,
        ILogger<ReplicaLoop> logger, Action<int> end, InjectedFaults? faults = null)
    {
        this.options = options;
        members = options.Members;
        this.inbox = inbox;
        this.exchanges = exchanges;
        this.transport = transport;
        this.tracer = tracer;
        this.meter = meter;
        this.logger = logger;
        this.end = end;
        this.faults = faults;
        Rounds = new RoundRecorder(options.Self, options.Mode, tracer, TimeProvider.System);
        status = new ReplicaStatus(
            new Identity(options.Self, 0, 0), "", options.Mode, Role.Forming, NodeId.None, Ballot.None, Ballot.None,
            0, 0, 0, 0, 0, false, null, TimeSpan.Zero, TimeSpan.Zero, 0, []);
    }

    /// <summary>As of the last turn of the loop, as to peers and times as of its last tick; safe from any thread.</summary>
    public ReplicaStatus Status => status;

    /// <summary>Inputs and writes to disk that wait; safe from any thread.</summary>
    internal (int Inputs, int Writes) Waiting => (inbox.Count, storage?.Waiting ?? 0);

    /// <summary>What became of the last rounds led here; <see cref="RoundRecorder.Recent"/> is safe from any thread.</summary>
    internal RoundRecorder Rounds { get; }

    /// <summary>Proposes one encoded <see cref="StoreCommand"/>, here or by one hop at the leader. Never throws for refusals: they are outcomes.</summary>
    /// <remarks>What follows the await may run on the loop's thread, and must not block: <see cref="Completions"/>.</remarks>
    /// <param name="parent">The client's request, for the trace of its round.</param>
    public ValueTask<Outcome> WriteAsync(ReadOnlyMemory<byte> command, ActivityContext parent)
    {
        var done = new TaskCompletionSource<Outcome>();
        var posted = inbox.Post(new LoopInput.Propose(command, parent, meter.Start(), done));
        return posted ? new ValueTask<Outcome>(done.Task) : new ValueTask<Outcome>(Outcome.NotProposed);
    }

    /// <summary>Runs a query on the loop's thread: after a confirmed read index (linearizable), by a lease instead where this replica holds one (leased), or at once (local).</summary>
    /// <returns>Ok = false where no index could be confirmed in time.</returns>
    /// <remarks>As to what follows the await: <see cref="WriteAsync"/>.</remarks>
    public ValueTask<ReadAnswer<T>> ReadAsync<T>(Consistency consistency, Func<KeyValueStore, T> query)
    {
        var done = new TaskCompletionSource<ReadAnswer<T>>();
        var started = meter.Start();
        LoopInput input = consistency != Consistency.Local
            ? new LoopInput.Read(started, consistency == Consistency.Leased, Answer)
            : new LoopInput.Inspect((replica, store) => Answer(replica.Rejection is null && replica.Role != Role.Recovering, store));
        return inbox.Post(input) ? new ValueTask<ReadAnswer<T>>(done.Task) : new ValueTask<ReadAnswer<T>>(default(ReadAnswer<T>));

        void Answer(bool ok, KeyValueStore store)
        {
            try
            {
                var answer = ok ? new ReadAnswer<T>(true, query(store), store.Position.AppliedIndex) : default;
                completions.Add(() => done.TrySetResult(answer));
                meter.Read(started, consistency, ok);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The question was wrong, not the replica.
                completions.Add(() => done.TrySetException(e));
            }
        }
    }

    /// <summary>Runs a question about the log on the loop's thread.</summary>
    public ValueTask<T> InspectAsync<T>(Func<Replica, KeyValueStore, T> question)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var posted = inbox.Post(new LoopInput.Inspect((replica, store) =>
        {
            try
            {
                done.SetResult(question(replica, store));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                done.TrySetException(e);
            }
        }));
        if (!posted) done.SetException(new InvalidOperationException("This node is stopping."));
        return new ValueTask<T>(done.Task);
    }

    /// <summary>The loop takes up nothing as long as the injected pause lasts.</summary>
    internal void StandStill() => inbox.Post(new LoopInput.Inspect((_, _) => faults?.StandStill()));

    /// <summary>False where so many peers are gone that nothing can be chosen; safe from any thread.</summary>
    internal bool ReachesQuorum => transport.Reachable >= members.Count / 2;

    /// <summary>Leaves leadership, and waits until another replica may lead; at most for <paramref name="limit"/>.</summary>
    internal async Task HandOverAsync(TimeSpan limit)
    {
        var since = Environment.TickCount64;
        inbox.Post(new LoopInput.HandOver());
        if (members.Count == 1) return;
        while (Status.Role == Role.Leader && ReachesQuorum && Environment.TickCount64 - since < limit.TotalMilliseconds) await Task.Delay(options.TickInterval);
    }

    /// <summary>Answers what clients wait for: writes as unknown, reads as not confirmed.</summary>
    internal void EndRequests() => inbox.Post(new LoopInput.EndRequests());

    /// <summary>Opens the data directory and begins to take part.</summary>
    /// <exception cref="StorageException">The data directory cannot be used.</exception>
    internal void Start()
    {
        var database = PaxosDatabase.Open(options, out var stored);
        storage = new StorageThread(
            database, OnPersisted, failure => Fail($"A commit to {database.Path} failed; it is never tried again.", failure), OnStateDurable,
            faults is null ? null : faults.WaitForDisk);
        snapshots = new SnapshotFiles(Path.GetFullPath(options.DataDirectory), options.StoreOptions, input => inbox.Post(input), logger);
        store = stored.Store;
        replica = new Replica(ReplicaOptionsFor(stored.Self), stored.State with { Fetched = snapshots.Start(stored.State.AppliedIndex) }, MonotonicClock.Milliseconds) { NextExpiry = store.NextExpiry };
        Publish();
        storage.Start();
        thread = new Thread(Run) { Name = "replica", IsBackground = true };
        thread.Start();
        new Thread(KeepTime) { Name = "ticks", IsBackground = true }.Start();
    }

    /// <summary>Ends the loop, then commits what is queued.</summary>
    public void Dispose()
    {
        if (thread is null) return;
        if (thread == Thread.CurrentThread) throw new InvalidOperationException("The loop's own thread cannot wait for its end.");
        inbox.Post(new LoopInput.Stop());
        thread.Join();
        thread = null;
        snapshots!.Dispose();
        storage!.Dispose();
    }

    private ReplicaOptions ReplicaOptionsFor(Identity self) => new()
    {
        Self = self,
        Members = options.Members,
        Mode = options.Mode,
        Seed = BitConverter.ToUInt64(System.Security.Cryptography.RandomNumberGenerator.GetBytes(sizeof(ulong))),
        HeartbeatInterval = options.HeartbeatInterval,
        ElectionTimeout = options.ElectionTimeout,
        LeaseDuration = options.LeasedReads ? options.ElectionTimeout : 0,
        RequestTimeout = options.RequestTimeout,
        MaxPendingWrites = options.MaxPendingWrites,
        LogTailSlots = options.LogTailSlots,
        LogTailBytes = options.LogTailBytes,
        HashInterval = options.HashInterval,
    };

    private void OnStateDurable(long appliedIndex) => inbox.Post(new LoopInput.StateDurable(appliedIndex));

    /// <summary>On the storage thread.</summary>
    private void OnPersisted(long first, long last, DateTime start, DateTime end)
    {
        meter.Committed((int)(last - first + 1), end - start);
        inbox.Post(new LoopInput.Persisted(first, last, start, end));
    }
}

public enum Consistency
{
    Linearizable,

    /// <summary>Linearizable too, as long as the clocks of the replicas run at nearly the same rate (<see cref="NodeOptions.LeasedReads"/>).</summary>
    Leased,
    Local,
}

/// <param name="AppliedIndex">The slot at which the query ran.</param>
public readonly record struct ReadAnswer<T>(bool Ok, T? Value, long AppliedIndex);

/// <summary>An immutable picture of the replica.</summary>
/// <param name="Rejection">Why this replica may not take part; null where it may.</param>
/// <param name="PendingWrite">How long the oldest write to disk has been under way; zero where none is.</param>
/// <param name="LastPersisted">Since the last write that became durable.</param>
public sealed record ReplicaStatus(
    Identity Self, string ClusterId, Mode Mode, Role Role, NodeId Leader, Ballot Ballot, Ballot Promised,
    long CommitIndex, long AppliedIndex, long LastSlot, long Revision, int Keys, bool HasRecentQuorum, string? Rejection,
    TimeSpan PendingWrite, TimeSpan LastPersisted, int RequestsInFlight, IReadOnlyList<PeerPicture> Peers)
{
    /// <summary>The highest CommitIndex heard of; what this replica lacks is this less its own.</summary>
    public long KnownCommitIndex { get; init; }

    /// <summary>Slots that this replica heard to be chosen and has not applied.</summary>
    public long Lag => Math.Max(0, KnownCommitIndex - AppliedIndex);

    /// <summary>Log records at or below were dropped.</summary>
    public long TruncatedThrough { get; init; }

    /// <summary>Of the commands in the log.</summary>
    public long LogBytes { get; init; }

    /// <summary>Of everything applied through AppliedIndex.</summary>
    public UInt128 Hash { get; init; }

    /// <summary>What this replica lacks was dropped elsewhere.</summary>
    public bool FetchesSnapshot { get; init; }

    /// <summary>What a forming or recovering replica waits for; null where it is neither.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>This directory may never serve again, as <see cref="Rejection"/> says.</summary>
    public bool Stopped { get; init; }
}

/// <param name="SinceHeard">Null where nothing came since the start.</param>
public sealed record PeerPicture(NodeId Node, TimeSpan? SinceHeard, long CommitIndex, long AppliedIndex);
