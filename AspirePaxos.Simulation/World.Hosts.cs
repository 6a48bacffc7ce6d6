using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <content>Starting and crashing, clocks and disks.</content>
internal sealed partial class World
{
    private const long TickInterval = 10_000;

    /// <summary>As in a node: the election timeout.</summary>
    private const int LeaseDuration = 600;

    private sealed class TickEvent(World world, Process process) : Event
    {
        public override bool Void => !process.Alive;

        public override void Happen() => world.Tick(process, this);
    }

    /// <returns>False where not even that can be written that the process starts.</returns>
    public bool StartHost(Host host)
    {
        var machine = Machine(host);
        if (machine.DiskFull && random.OneIn(2))
        {
            Coverage.Count(Seen.RefusedStarts);
            Note(212, $"{host.Node} cannot start, its disk is full");
            return false;
        }

        Coverage.Count(Seen.RestartsWithOldState, host.Disk.CommitIndex > 0 ? 1 : 0);
        var mode = machine.StartsInWrongMode ? Mode == Mode.Multi ? Mode.Simple : Mode.Multi : Mode;
        machine.StartsInWrongMode = false;
        var seed = random.Next();
        var process = host.Start(this, identity => Options(identity, seed, mode), Plan.Store, machine.Clock(Queue.Now));
        checker.Started(process);
        Coverage.Count(Seen.SnapshotsResumed, host.Disk.Fetched is null ? 0 : 1);
        Note(206, $"{host.Node} starts{(mode == Mode ? "" : $" in {mode} mode by mistake")}, promised {host.Disk.Promised}, commit {host.Disk.CommitIndex}, applied {host.Disk.Position.AppliedIndex}");
        Queue.After(random.Between(0, TickInterval), new TickEvent(this, process));
        process.Turn();
        return true;
    }

    /// <summary>Kills the process. Of a sync under way any part may have reached the disk, unreported.</summary>
    /// <param name="nothingSaved">The disk took nothing more.</param>
    public void CrashHost(Host host, Prng chance, bool nothingSaved = false)
    {
        var process = host.Process!;
        var pending = host.Disk.Pending;
        var saved = nothingSaved ? 0 : (int)chance.Between(0, pending + 1);
        Save(host, saved);
        Coverage.Count(Seen.LostWrites, host.Disk.Pending);
        Coverage.Count(Seen.TornWrites, saved > 0 && saved < pending ? 1 : 0);
        Note(207, $"{host.Node} crashes, {host.Disk.Pending} writes lost, {saved} saved unreported");
        host.Crash(keepsFetched: chance.Between(0, 3) switch { 0 => 0, 1 => (int)chance.Between(0, 2_000), _ => int.MaxValue });
        var machine = Machine(host);
        machine.Paused = false;
        machine.SyncFails = false;
        machine.Inbox.Clear();
        machine.Syncing = null;
        Network.Forget(process);
        Network.Reset(host);
        Clients.Crashed(process);
    }

    public void Pause(Host host)
    {
        leases.Pauses(host);
        Machine(host).Paused = true;
    }

    public void Resume(Host host)
    {
        var machine = Machine(host);
        Note(208, $"{host.Node} resumes");
        machine.Paused = false;
        leases.Resumed(host);
        if (random.OneIn(2) && host.Process is { } process) Input(process, () => process.Tick(machine.Clock(Queue.Now)));
        while (machine.Inbox.TryDequeue(out var waiting)) Input(waiting.Process, waiting.Input);
    }

    /// <summary>All of it became durable, or the disk failed.</summary>
    public void EndSync(Sync sync)
    {
        var host = sync.Process.Host;
        var machine = Machine(host);
        if (machine.SyncFails || machine.DiskFull)
        {
            Note(213, $"{host.Node}'s sync fails, {(machine.DiskFull ? "no space is left" : "an error of the disk")}");
            Coverage.Count(machine.DiskFull ? Seen.WritesToFullDisks : Seen.FailedSyncs);
            Faults.StopAfterFailure(host, nothingSaved: machine.DiskFull);
            return;
        }

        var sequence = Save(host, sync.Count);
        machine.Syncing = null;
        if (host.Disk.Pending > 0) BeginSync(sync.Process);
        var durable = host.Disk.Position.AppliedIndex;
        Input(sync.Process, () =>
        {
            sync.Process.Replica.Persisted(sequence);
            sync.Process.Replica.StateDurable(durable);
        });
    }

    /// <summary>The disk works as usual from now on, also for what hangs already.</summary>
    public void RepairDisk(Host host)
    {
        var machine = Machine(host);
        machine.DiskDelay = 0;
        machine.SyncFails = false;
        machine.DiskFull = false;
        if (machine.Syncing is { } hanging) Queue.After(Plan.DiskLatency, hanging);
    }

    /// <summary>With leases the clocks run as differently as those allow.</summary>
    public double DrawClockRate(Prng chance)
    {
        var drawn = (2 * chance.NextDouble()) - 1;
        return 1 + (Plan.ClockDrift * (Plan.Leases ? Math.Sign(drawn) : drawn));
    }

    private long Save(Host host, int count) => host.Disk.Sync(count, write =>
    {
        checker.BecameDurable(host, write);
        if (Trace.Prints) Trace.Print($"{host.Node}'s disk has {Describe.Text(write)}");
    });

    private void BeginSync(Process process)
    {
        var machine = Machine(process.Host);
        machine.Syncing = new Sync(this, process, process.Host.Disk.Pending);
        Queue.After(Plan.DiskLatency + random.Between(0, Plan.DiskLatency + 1) + machine.DiskDelay, machine.Syncing);
    }

    private void Tick(Process process, TickEvent again)
    {
        ticks.Add(again);
        var machine = Machine(process.Host);
        if (machine.Paused) return;
        process.Tick(machine.Clock(Queue.Now));
        Turn(process);
        Clients.CheckNothingStuck(process);
        // Three election timeouts, whatever the machine's clock is worth (rule 10).
        Rule.Requires(
            process.Replica.Role != Role.Leader || machine.Syncing is not { Ended: false } stuck || Queue.Now - stuck.Since < 1_800_000,
            process.Host, "it leads while a write to disk does not end");
    }

    private ReplicaOptions Options(Identity identity, ulong seed, Mode mode)
    {
        var options = new ReplicaOptions
        {
            Self = identity,
            Members = [.. Hosts.Select(host => host.Node)],
            Mode = mode,
            Seed = seed,
            LeaseDuration = Plan.Leases ? LeaseDuration : 0,
            LogTailSlots = Plan.LogTailSlots,
            LogTailBytes = Plan.LogTailBytes,
            HashInterval = Plan.HashInterval,

            // Both a few large rounds and many small ones.
            SlotsAtOnce = Plan.HashInterval % 2 == 0 ? 8 : 2,
        };
        return Plan.SmallLimits
            ? options with { MaxBatchCommands = 2, MaxMessageSlots = 3, MaxSlotsInFlight = 2, MaxPendingWrites = 6, MaxMessageBytes = 500 }
            : options;
    }
}
