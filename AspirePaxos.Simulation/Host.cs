using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>Where the effects of a process go: the simulated world, or a script that delivers by hand.</summary>
internal interface IWorld
{
    /// <summary>A write was submitted to the host's disk.</summary>
    void Submitted(Process process, Write write);

    void Send(Process process, Envelope envelope);

    void Applied(Process process, in AppliedSlot slot);

    /// <summary>A snapshot is whole; reading it takes a while, in which the process goes on.</summary>
    void ReadLater(Process process, Action install);

    /// <summary>A snapshot took the place of the state.</summary>
    void Installed(Process process, StoreSnapshot snapshot);

    void Completed(Process process, WriteCompletion completion);

    void Completed(Process process, ReadCompletion completion);

    void Happened(Process process, RoundEvent round);

    /// <summary>The batch in a command; a world may remember what it decoded for another replica.</summary>
    Batch Decode(Command command) => Batch.Decode(command);
}

internal readonly record struct AppliedSlot(long Slot, Command Command, Batch Batch, IReadOnlyList<StoreResult> Results, IReadOnlyList<RowChange> Changes);

/// <summary>One machine: a disk that stays, and the process that runs on it, or none.</summary>
internal sealed class Host(int index, NodeId node, Disk disk)
{
    public int Index { get; } = index;

    public NodeId Node { get; } = node;

    public Disk Disk { get; private set; } = disk;

    public Process? Process { get; private set; }

    public Process Start(IWorld world, Func<Identity, ReplicaOptions> options, StoreOptions store, long now)
    {
        var identity = new Identity(Node, Disk.Incarnation, Disk.NextBoot());
        Process = new Process(this, world, new Replica(options(identity), Disk.Load(), now), Disk.LoadStore(store), store, identity) { Clock = now };
        Process.Replica.NextExpiry = Process.Store.NextExpiry;
        return Process;
    }

    /// <summary>The process is gone, and with it every write that was not durable.</summary>
    /// <param name="keepsFetched">Bytes that stay of a snapshot that was being fetched, at most; its file is never synced before it is whole.</param>
    public void Crash(int keepsFetched = 0)
    {
        if (Disk.Fetched is { } fetched)
        {
            if (keepsFetched == 0) Disk.Fetched = null;
            else if (keepsFetched < fetched.Bytes.Count) fetched.Bytes.RemoveRange(keepsFetched, fetched.Bytes.Count - keepsFetched);
        }

        if (Process is { } process) process.Alive = false;
        Process = null;
        Disk.LoseUnsynced();
    }

    public void Replace(Disk other)
    {
        if (Process is not null) throw new InvalidOperationException("The disk of a running process cannot be replaced.");
        Disk = other;
    }
}

/// <summary>One run of the program: replica and store as the real host glues them together.</summary>
internal sealed class Process(Host host, IWorld world, Replica replica, KeyValueStore restored, StoreOptions store, Identity identity)
{
    private List<RowChange> unsaved = [];
    private HostSnapshots? snapshots;
    private long requests;

    public Host Host { get; } = host;

    public Replica Replica { get; } = replica;

    public KeyValueStore Store { get; private set; } = restored;

    public Identity Identity { get; } = identity;

    public bool Alive { get; set; } = true;

    /// <summary>As of the last tick, in milliseconds: the time that the replica goes by.</summary>
    public long Clock { get; set; }

    /// <summary>What the checker remembers of this process.</summary>
    public Observation? Observed { get; set; }

    public void Tick(long now)
    {
        Clock = Math.Max(Clock, now);
        Replica.Tick(now);
    }

    /// <summary>Numbers start over in each process, as in a real one.</summary>
    public long NextRequest() => ++requests;

    /// <summary>Carries out what the inputs since the last turn ask for, until nothing more comes of it.</summary>
    public void Turn()
    {
        while (Alive)
        {
            var ready = Replica.TakeReady();
            if (ready.IsEmpty) return;
            if (ready.Write is { } write) Submit(write);
            foreach (var round in ready.Rounds) world.Happened(this, round);
            foreach (var envelope in ready.Messages) world.Send(this, envelope);
            foreach (var chosen in ready.Chosen) Apply(chosen);
            foreach (var read in ready.SnapshotReads) (snapshots ??= new HostSnapshots(this)).Answer(read);
            foreach (var part in ready.SnapshotParts) Keep(part);
            foreach (var completion in ready.Writes) world.Completed(this, completion);
            foreach (var completion in ready.Reads) world.Completed(this, completion);
        }
    }

    private void Submit(Write write)
    {
        Host.Disk.Submit(write, unsaved, Store.Position);
        unsaved = [];
        world.Submitted(this, write);
    }

    private void Keep(SnapshotPart part)
    {
        if ((snapshots ??= new HostSnapshots(this)).Keep(part) is { } snapshot) world.ReadLater(this, () => Install(snapshot));
    }

    private void Install(StoreSnapshot snapshot)
    {
        if (!Replica.InstallSnapshot(snapshot.Position.AppliedIndex, snapshot.Position.LogTime)) return;
        Store = KeyValueStore.Restore(store, snapshot.Position, snapshot.Rows);
        unsaved = [.. snapshot.Rows];
        world.Installed(this, snapshot);
    }

    private void Apply(ChosenCommand chosen)
    {
        var batch = world.Decode(chosen.Command);
        var applied = Store.Apply(chosen.Slot, batch.LogTime + (Host.Disk.Diverges ? 1 : 0), batch.Commands);
        unsaved.AddRange(applied.Changes);
        var results = new ReadOnlyMemory<byte>[applied.Results.Count];
        for (var i = 0; i < results.Length; i++) results[i] = applied.Results[i].Encode();
        world.Applied(this, new AppliedSlot(chosen.Slot, chosen.Command, batch, applied.Results, applied.Changes));
        Replica.NextExpiry = Store.NextExpiry;
        Replica.Applied(chosen.Slot, results, Store.Position.Hash);
    }
}
