using System.Runtime.InteropServices;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// A cluster, its clients and everything that can go wrong with it, on one thread and one queue of events. The seed decides
/// everything: the same seed gives the same events.
/// </summary>
/// <remarks>Here the effects of processes and their inputs; World.Hosts.cs has starting, crashing, ticking and syncing.</remarks>
internal sealed partial class World : IWorld
{
    private readonly List<Machine> machines = [];
    private readonly Prng random;
    private readonly ClusterChecker checker;
    private readonly MessageChecker messages;
    private readonly LeaseChecker leases;
    private readonly EventQueue.Lane ticks;

    /// <summary>Replicas pass the same bytes around, so that each batch needs to be decoded once only.</summary>
    private readonly Dictionary<byte[], Batch> batches = new(ReferenceEqualityComparer.Instance);

    public World(RunSettings settings, TextWriter? output)
    {
        var seeds = new Prng(settings.Seed);
        Plan = settings.Apply(FaultPlan.Of(settings.Seed));
        seeds.Next();
        Mode = Plan.Mode;
        random = new Prng(seeds.Next());
        ticks = Queue.LaneOf(TickInterval);
        Trace = new Trace(output, Queue);
        for (var i = 0; i < Plan.Replicas; i++)
        {
            var host = new Host(i, new NodeId($"node{i}"), new Disk { Incarnation = (long)(random.Next() >> 1) + 1 });
            Hosts.Add(host);
            machines.Add(new Machine(host, random.Between(0, 1_000_000), DrawClockRate(random)));
        }

        checker = new ClusterChecker(Hosts, Coverage);
        messages = new MessageChecker(checker, Hosts, Coverage);
        leases = new LeaseChecker(this);
        Network = new Network(this, new Prng(seeds.Next()));
        Faults = new FaultInjector(this, new Prng(seeds.Next()));
        Clients = new ClientPopulation(this, new Prng(seeds.Next()));
        Coverage.Count(Seen.FiveReplicas, Plan.Replicas == 5 ? 1 : 0);
        Coverage.Count(Seen.SevenReplicas, Plan.Replicas == 7 ? 1 : 0);
        Coverage.Count(Seen.UnevenLinks, Plan.UnevenLinks > 1 ? 1 : 0);
    }

    public FaultPlan Plan { get; }

    /// <summary>In which every host is started that nobody starts by mistake in the other one.</summary>
    public Mode Mode { get; set; }

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

    public Host HostOf(NodeId node)
    {
        foreach (var host in Hosts)
        {
            if (host.Node == node) return host;
        }

        throw new SimulationException($"a message for {node}, which is no member");
    }

    public Machine Machine(Host host) => machines[host.Index];

    public void Note(ulong what, string text)
    {
        Trace.Note(what, 0, 0);
        if (Trace.Prints) Trace.Print($"── {text}");
    }

    /// <summary>A message for a process; it waits where the process is paused, and is lost where it is gone.</summary>
    public void Receive(Process process, Envelope envelope)
    {
        if (!process.Alive) return;
        if (Machine(process.Host).Paused)
        {
            Postpone(process, envelope);
            return;
        }

        Take(process, envelope);
        Took(process);
    }

    /// <summary>Any other input.</summary>
    public void Input(Process process, Action input)
    {
        if (!process.Alive) return;
        var machine = Machine(process.Host);
        if (machine.Paused)
        {
            machine.Inbox.Enqueue((process, input));
            return;
        }

        input();
        Took(process);
    }

    public void Submitted(Process process, Write write)
    {
        checker.Submitted(process, write);
        if (Machine(process.Host).Syncing?.Process != process) BeginSync(process);
    }

    public void Send(Process process, Envelope envelope)
    {
        messages.Check(process, envelope);
        Network.Send(process, envelope);
        Faults.Sent(process, envelope.Message);
    }

    public void Applied(Process process, in AppliedSlot slot)
    {
        if (checker.Applied(process, slot))
        {
            Clients.Executed(slot, process.Store.Position.LogTime);
            leases.CheckAll();
        }

        Trace.Note(209, process.Host.Index, slot.Slot);
        if (Trace.Prints) Trace.Print($"{process.Host.Node} applies {slot.Slot}: {Describe.Text(slot.Command)}");
    }

    public void ReadLater(Process process, Action install) =>
        Queue.After(random.OneIn(2) ? 0 : random.Between(0, 500_000), () => Input(process, install));

    public void Installed(Process process, StoreSnapshot snapshot)
    {
        checker.Installed(process, snapshot);
        Coverage.Count(Seen.SnapshotsInstalled);
        Note(234, $"{process.Host.Node} installs the snapshot of slot {snapshot.Position.AppliedIndex}");
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
        if (round is RoundEvent.PrepareStarted or RoundEvent.Prepared) Network.MovedOn(process, leads: round is RoundEvent.Prepared);
        switch (round)
        {
            case RoundEvent.Prepared:
                Coverage.Count(process.Replica.Options.Mode == Mode.Multi ? Seen.Elections : Seen.SimpleRounds);
                Faults.Won(process);
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
            case Nack nack:
                Coverage.Count(nack.Reason == NackReason.Leased ? Seen.RefusalsForALease : Seen.Nacks);
                break;
            case LearnReply { Entries.Count: > 0 }:
                Coverage.Count(Seen.CaughtUpByLearn);
                break;
            case Forwarded forwarded:
                foreach (var outcome in forwarded.Outcomes) Coverage.Count(Seen.ForwardedWrites, outcome.Outcome.Kind == OutcomeKind.Done ? 1 : 0);
                break;
            case Refused refused:
                Coverage.Count(refused.Reason == RefusalReason.Mode ? Seen.RefusalsOfMode : Seen.Refusals);
                break;
        }
    }

    public Batch Decode(Command command)
    {
        if (!MemoryMarshal.TryGetArray(command.Bytes, out var bytes) || bytes.Offset != 0) return Batch.Decode(command);
        if (!batches.TryGetValue(bytes.Array!, out var batch)) batches[bytes.Array!] = batch = Batch.Decode(command);
        return batch;
    }

    private void Postpone(Process process, Envelope envelope) =>
        Machine(process.Host).Inbox.Enqueue((process, () => Take(process, envelope)));

    private void Take(Process process, Envelope envelope)
    {
        messages.Receives(process, envelope);
        process.Replica.Receive(envelope);
        messages.Received(process, envelope);
    }

    private void Took(Process process)
    {
        Inputs++;
        if (!Plan.GathersInputs || !random.OneIn(4)) Turn(process);
    }

    private void Turn(Process process)
    {
        process.Turn();
        ClusterChecker.Observe(process);
        leases.Check(process);
        if (process.Observed!.Standing != process.Replica.Standing()) NoteStanding(process);
    }

    /// <summary>It began or ended to recover, or was told that it may not take part.</summary>
    private void NoteStanding(Process process)
    {
        var standing = process.Replica.Standing();
        if (process.Observed!.Standing == Standing.Recovers) Coverage.Count(Seen.Recoveries);
        if (standing == Standing.Rejected) Coverage.Count(process.Host.Disk.Diverges ? Seen.DivergencesFound : Seen.StrangeDisksRejected);
        process.Observed.Standing = standing;
        Note(245, $"{process.Host.Node} {standing}{(process.Replica.Rejection is { } rejection ? $": {rejection}" : "")}");
    }
}
