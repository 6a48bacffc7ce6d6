using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// A cluster, its clients and everything that can go wrong with it, on one thread and one queue of events. The seed decides
/// everything: the same seed gives the same events.
/// </summary>
internal sealed class World : IWorld
{
    private const long TickInterval = 10_000;
    private readonly List<Machine> machines = [];
    private readonly Prng random;
    private readonly ClusterChecker checker;
    private readonly MessageChecker messages;

    public World(ulong seed, TextWriter? output)
    {
        var seeds = new Prng(seed);
        Seed = seed;
        Plan = FaultPlan.Draw(new Prng(seeds.Next()));
        random = new Prng(seeds.Next());
        Trace = new Trace(output, Queue);
        for (var i = 0; i < Plan.Replicas; i++)
        {
            var host = new Host(i, new NodeId($"node{i}"), new Disk { Incarnation = (long)(random.Next() >> 1) + 1 });
            Hosts.Add(host);
            machines.Add(new Machine(host, random.Between(0, 1_000_000), 1 + (Plan.ClockDrift * ((2 * random.NextDouble()) - 1))));
        }

        checker = new ClusterChecker(Plan.Replicas, Coverage);
        messages = new MessageChecker(checker, Plan.Mode, Coverage);
        Network = new Network(this, new Prng(seeds.Next()));
        Faults = new FaultInjector(this, new Prng(seeds.Next()));
        Clients = new ClientPopulation(this, new Prng(seeds.Next()));
        Coverage.Count(Seen.FiveReplicas, Plan.Replicas == 5 ? 1 : 0);
    }

    public ulong Seed { get; }

    public FaultPlan Plan { get; }

    public EventQueue Queue { get; } = new();

    public Trace Trace { get; }

    public Coverage Coverage { get; } = new();

    public List<Host> Hosts { get; } = [];

    public Network Network { get; }

    public FaultInjector Faults { get; }

    public ClientPopulation Clients { get; }

    public ClusterChecker Checker => checker;

    /// <summary>Inputs handled, ticks not counted.</summary>
    public long Inputs { get; private set; }

    public StoreOptions Store { get; } = new();

    public Host HostOf(NodeId node) => Hosts.Find(host => host.Node == node) ?? throw new SimulationException($"a message for {node}, which is no member");

    public Machine Machine(Host host) => machines[host.Index];

    public void Note(ulong what, string text)
    {
        Trace.Note(what, 0, 0);
        if (Trace.Prints) Trace.Print($"── {text}");
    }

    public void StartHost(Host host)
    {
        Coverage.Count(Seen.RestartsWithOldState, host.Disk.CommitIndex > 0 ? 1 : 0);
        var seed = random.Next();
        var process = host.Start(this, identity => Options(identity, seed), Store, Machine(host).Clock(Queue.Now));
        checker.Started(process);
        Note(206, $"{host.Node} starts, promised {host.Disk.Promised}, commit {host.Disk.CommitIndex}, applied {host.Disk.Position.AppliedIndex}");
        TickLater(process, random.Between(0, TickInterval));
        process.Turn();
    }

    /// <summary>Kills the process. A sync under way may have reached the disk or not, unreported.</summary>
    public void CrashHost(Host host, Prng chance)
    {
        var process = host.Process!;
        var saved = (int)chance.Between(0, host.Disk.Pending + 1);
        host.Disk.Sync(saved, write => checker.BecameDurable(host, write));
        Coverage.Count(Seen.LostWrites, host.Disk.Pending);
        Note(207, $"{host.Node} crashes, {host.Disk.Pending} writes lost");
        host.Crash();
        var machine = Machine(host);
        machine.Paused = false;
        machine.Inbox.Clear();
        machine.Syncing = null;
        Network.Forget(process);
        Network.Reset(host);
        Clients.Crashed(process);
    }

    public void Resume(Host host)
    {
        var machine = Machine(host);
        Note(208, $"{host.Node} resumes");
        machine.Paused = false;
        if (random.OneIn(2) && host.Process is { } process) Input(process, () => process.Replica.Tick(machine.Clock(Queue.Now)));
        while (machine.Inbox.TryDequeue(out var waiting)) Input(waiting.Process, waiting.Input);
    }

    /// <summary>One input for a process; it waits where the process is paused, and is lost where it is gone.</summary>
    public void Input(Process process, Action input)
    {
        if (!process.Alive) return;
        var machine = Machine(process.Host);
        if (machine.Paused)
        {
            machine.Inbox.Enqueue((process, input));
            return;
        }

        Inputs++;
        input();
        if (!Plan.GathersInputs || !random.OneIn(4)) Turn(process);
    }

    public void Submitted(Process process, Write write)
    {
        checker.Submitted(process, write);
        if (Machine(process.Host).Syncing != process) BeginSync(process);
    }

    public void Send(Process process, Envelope envelope)
    {
        messages.Check(process, envelope);
        Network.Send(process, envelope);
        Faults.Sent(process, envelope.Message);
    }

    public void Applied(Process process, in AppliedSlot slot)
    {
        checker.Applied(process, slot);
        Trace.Note(209, process.Host.Index, slot.Slot);
        if (Trace.Prints) Trace.Print($"{process.Host.Node} applies {slot.Slot}: {Describe.Text(slot.Command)}");
    }

    public void Installed(Process process, StoreSnapshot snapshot)
    {
        checker.Installed(process, snapshot);
        Coverage.Count(Seen.SnapshotsInstalled);
        Note(212, $"{process.Host.Node} installs the snapshot of slot {snapshot.Position.AppliedIndex}");
    }

    public void Completed(Process process, WriteCompletion completion)
    {
        Trace.Note(210, process.Host.Index, (long)completion.Outcome.Kind);
        Clients.Completed(process, completion);
    }

    public void Completed(Process process, ReadCompletion completion) => Clients.Completed(process, completion);

    public void Happened(Process process, RoundEvent round)
    {
        if (Trace.Prints) Trace.Print($"{process.Host.Node} {Describe.Text(round)}");
        checker.Happened(process, round);
        switch (round)
        {
            case RoundEvent.Prepared:
                Coverage.Count(Plan.Mode == Mode.Multi ? Seen.Elections : Seen.SimpleRounds);
                break;
            case RoundEvent.SteppedDown:
                Coverage.Count(Seen.StepDowns);
                break;
            case RoundEvent.AcceptStarted accept:
                if (accept.Slots > 1) Coverage.Count(Seen.PipelinedAccepts);
                if (accept.Commands > accept.Slots) Coverage.Count(Seen.BatchesOfSeveral);
                break;
        }
    }

    public void CountDelivered(Message message)
    {
        switch (message)
        {
            case Nack:
                Coverage.Count(Seen.Nacks);
                break;
            case LearnReply { Entries.Count: > 0 }:
                Coverage.Count(Seen.CaughtUpByLearn);
                break;
            case Forwarded forwarded:
                foreach (var outcome in forwarded.Outcomes) Coverage.Count(Seen.ForwardedWrites, outcome.Outcome.Kind == OutcomeKind.Done ? 1 : 0);
                break;
            case Refused:
                Coverage.Count(Seen.Refusals);
                break;
            case Answer:
            case Handover:
                break;
        }
    }

    private void Turn(Process process)
    {
        process.Turn();
        checker.Observe(process);
    }

    private void BeginSync(Process process)
    {
        var machine = Machine(process.Host);
        var count = process.Host.Disk.Pending;
        machine.Syncing = process;
        Queue.After(Plan.DiskLatency + random.Between(0, Plan.DiskLatency + 1) + machine.DiskDelay, () =>
        {
            if (!process.Alive) return;
            var sequence = process.Host.Disk.Sync(count, write => checker.BecameDurable(process.Host, write));
            machine.Syncing = null;
            if (process.Host.Disk.Pending > 0) BeginSync(process);
            var durable = process.Host.Disk.Position.AppliedIndex;
            Input(process, () =>
            {
                process.Replica.Persisted(sequence);
                process.Replica.StateDurable(durable);
            });
        });
    }

    private void TickLater(Process process, long delay) =>
        Queue.After(delay, () =>
        {
            if (!process.Alive) return;
            TickLater(process, TickInterval);
            var machine = Machine(process.Host);
            if (machine.Paused) return;
            process.Replica.Tick(machine.Clock(Queue.Now));
            Turn(process);
            Clients.CheckNothingStuck(process, machine.Clock(Queue.Now));
        });

    private ReplicaOptions Options(Identity identity, ulong seed)
    {
        var options = new ReplicaOptions { Self = identity, Members = [.. Hosts.Select(host => host.Node)], Mode = Plan.Mode, Seed = seed };
        return Plan.SmallLimits
            ? options with { MaxBatchCommands = 2, MaxMessageSlots = 3, MaxSlotsInFlight = 2, MaxPendingWrites = 6, MaxMessageBytes = 500, LogTailSlots = 8, HashInterval = 4 }
            : options;
    }
}
