using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using AspirePaxos.Simulation;

namespace AspirePaxos.Tests.Protocol;

/// <summary>
/// A few replicas on the simulation's hosts, where every message, tick and sync happens by hand. Everything that happens is told in
/// lines, and checked by the simulation's checkers as it happens.
/// </summary>
internal sealed class ScriptCluster : IWorld
{
    private const int TickStep = 10;
    private readonly List<Host> hosts = [];
    private readonly List<Flight> flights = [];
    private readonly List<Flight> held = [];
    private readonly Dictionary<long, Flight> open = [];
    private readonly Dictionary<(Process Process, long Id), string> reads = [];
    private readonly Dictionary<Host, long> clocks = [];
    private readonly HashSet<Host> manualDisks = [];
    private readonly Dictionary<Host, Disk> backups = [];
    private readonly Mode mode;
    private readonly int tail;
    private readonly ClusterChecker checker;
    private readonly MessageChecker messages;
    private HashSet<Host>? inside;
    private long tokens;

    /// <summary>A request or reply on its way; replies know the request they answer.</summary>
    private sealed record Flight(Process Sender, Envelope Envelope, Flight? Request);

    /// <param name="tail">Applied slots that the logs keep.</param>
    public ScriptCluster(int count, Mode mode, int tail)
    {
        this.mode = mode;
        this.tail = tail;
        for (var i = 0; i < count; i++) hosts.Add(new Host(i, new NodeId($"node{i}"), new Disk { Incarnation = 0xa0 + i }));
        checker = new ClusterChecker(hosts, new Coverage());
        messages = new MessageChecker(checker, hosts, new Coverage());
        foreach (var host in hosts) Start(host);
    }

    public List<string> Lines { get; } = [];

    /// <summary>While false, messages are delivered without a line.</summary>
    public bool ShowsMessages { get; set; } = true;

    public IReadOnlyList<Host> Hosts => hosts;

    public Host Find(string name) =>
        hosts.Find(host => host.Node.Name == name) ?? throw new ScriptException($"There is no {name} in this cluster.");

    public Process Running(string name) => Find(name).Process ?? throw new ScriptException($"{name} is down.");

    public void Start(Host host)
    {
        ulong seed = 7 + (ulong)host.Index;
        var process = host.Start(
            this,
            identity => new ReplicaOptions { Self = identity, Members = [.. hosts.Select(other => other.Node)], Mode = mode, Seed = seed, LogTailSlots = tail },
            new StoreOptions(),
            clocks.GetValueOrDefault(host));
        checker.Started(process);
        Turn(process);
    }

    public void Crash(Host host)
    {
        var lost = host.Disk.Pending;
        host.Crash();
        flights.RemoveAll(flight => flight.Sender.Host == host && !flight.Sender.Alive);
        Lines.Add($"{host.Node} crashes{(lost > 0 ? $", {lost} write(s) lost" : "")}");
    }

    public void Wipe(Host host) => host.Replace(new Disk { Incarnation = host.Disk.Incarnation + 0x100 });

    public void Backup(Host host) => backups[host] = host.Disk.Copy();

    public void Restore(Host host) => host.Replace(backups[host]);

    public void SetManualDisk(Host host, bool manual)
    {
        if (manual) manualDisks.Add(host);
        else manualDisks.Remove(host);
    }

    public void Sync(Host host)
    {
        if (host.Process is not { } process || host.Disk.Pending == 0) return;
        var sequence = host.Disk.Sync(host.Disk.Pending, write => checker.BecameDurable(host, write));
        process.Replica.Persisted(sequence);
        Turn(process);
    }

    public void Partition(IEnumerable<Host> side) => inside = [.. side];

    public void Heal() => inside = null;

    public void Tick(Host host, long milliseconds)
    {
        for (var end = clocks.GetValueOrDefault(host) + milliseconds; clocks.GetValueOrDefault(host) < end;)
        {
            var now = clocks[host] = Math.Min(end, clocks.GetValueOrDefault(host) + TickStep);
            if (host.Process is not { } process) continue;
            process.Replica.Tick(now);
            Turn(process);
        }
    }

    public void Propose(Process process, StoreCommand command)
    {
        var id = process.NextRequest();
        process.Replica.Propose(id, command.Encode());
        Turn(process);
    }

    public void Read(Process process, string key)
    {
        var id = process.NextRequest();
        reads[(process, id)] = key;
        process.Replica.Read(id);
        Turn(process);
    }

    public void Turn(Process process)
    {
        try
        {
            process.Turn();
        }
        catch (InvariantViolationException broken)
        {
            process.Host.Crash();
            Lines.Add($"{process.Host.Node} stops: {broken.Message}");
        }
    }

    /// <summary>Delivers what is in flight and matches now.</summary>
    /// <returns>How many messages moved.</returns>
    public int Deliver(Func<Host, Host, Message, bool> matches)
    {
        var selected = flights.FindAll(flight => matches(flight.Sender.Host, To(flight), flight.Envelope.Message));
        foreach (var flight in selected)
        {
            if (!flights.Remove(flight)) continue;
            Deliver(flight);
        }

        return selected.Count;
    }

    /// <summary>Takes messages out of the network.</summary>
    /// <param name="tell">The sender of the request learns that no answer comes.</param>
    public int Drop(Func<Host, Host, Message, bool> matches, bool tell)
    {
        var selected = flights.FindAll(flight => matches(flight.Sender.Host, To(flight), flight.Envelope.Message));
        foreach (var flight in selected)
        {
            flights.Remove(flight);
            Say(flight, "lost");
            if (tell) Unanswered(flight.Request ?? flight, delivered: true);
        }

        return selected.Count;
    }

    /// <summary>Delivers one more copy of each, and keeps the first in flight.</summary>
    public int Duplicate(Func<Host, Host, Message, bool> matches)
    {
        var selected = flights.FindAll(flight => matches(flight.Sender.Host, To(flight), flight.Envelope.Message));
        foreach (var flight in selected) Deliver(flight);
        return selected.Count;
    }

    /// <summary>These are late.</summary>
    public int Hold(Func<Host, Host, Message, bool> matches)
    {
        var before = held.Count;
        held.AddRange(flights.FindAll(flight => matches(flight.Sender.Host, To(flight), flight.Envelope.Message)));
        flights.RemoveAll(held.Contains);
        return held.Count - before;
    }

    public void Release()
    {
        flights.AddRange(held);
        held.Clear();
    }

    public IEnumerable<string> InFlight => flights.Select(flight => $"{flight.Sender.Host.Node} → {To(flight).Node}: {Describe.Text(flight.Envelope.Message)}");

    public void Submitted(Process process, Write write)
    {
        checker.Submitted(process, write);
        if (manualDisks.Contains(process.Host)) return;
        var sequence = process.Host.Disk.Sync(process.Host.Disk.Pending, one => checker.BecameDurable(process.Host, one));
        process.Replica.Persisted(sequence);
        process.Replica.StateDurable(process.Host.Disk.Position.AppliedIndex);
    }

    public void ReadLater(Process process, Action install) => install();

    public void Installed(Process process, StoreSnapshot snapshot)
    {
        checker.Installed(process, snapshot);
        Lines.Add($"{process.Host.Node} installs the snapshot of slot {snapshot.Position.AppliedIndex}");
    }

    public void Send(Process process, Envelope envelope)
    {
        messages.Check(process, envelope);
        Flight? request = null;
        if (envelope.Message is Reply && !open.Remove(envelope.Token, out request))
        {
            throw new SimulationException($"{process.Host.Node} answers a request that is not open: {Describe.Text(envelope.Message)}");
        }

        flights.Add(new Flight(process, envelope, request));
    }

    public void Applied(Process process, in AppliedSlot slot)
    {
        checker.Applied(process, slot);
        Lines.Add($"{process.Host.Node} applies {slot.Slot}: {Describe.Text(slot.Command)}");
    }

    public void Completed(Process process, WriteCompletion completion) =>
        Lines.Add($"{process.Host.Node} answers write #{completion.RequestId}: {Describe.Text(completion.Outcome)}");

    public void Completed(Process process, ReadCompletion completion)
    {
        var key = reads[(process, completion.RequestId)];
        var value = process.Store.Get(key) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : "nothing";
        Lines.Add($"{process.Host.Node} answers read #{completion.RequestId}: {(completion.Ok ? $"{key} is {value}" : "failed")}");
    }

    public void Happened(Process process, RoundEvent round)
    {
        checker.Happened(process, round);
        Lines.Add($"{process.Host.Node} {Describe.Text(round)}");
    }

    private void Deliver(Flight flight)
    {
        var to = To(flight);
        if (inside is not null && inside.Contains(flight.Sender.Host) != inside.Contains(to)) return;
        if (flight.Request is { } request)
        {
            if (!request.Sender.Alive) return;
            Say(flight, null);
            Receive(request.Sender, flight.Envelope with { Token = 0 });
            return;
        }

        if (to.Process is not { } process)
        {
            Say(flight, "refused");
            if (flight.Sender.Alive) flight.Sender.Replica.PeerUnreachable(to.Node);
            Unanswered(flight, delivered: false);
            return;
        }

        Say(flight, null);
        open[++tokens] = flight;
        Receive(process, flight.Envelope with { Token = tokens });
    }

    private void Receive(Process process, Envelope envelope)
    {
        try
        {
            process.Replica.Receive(envelope);
        }
        catch (InvariantViolationException broken)
        {
            process.Host.Crash();
            Lines.Add($"{process.Host.Node} stops: {broken.Message}");
        }

        Turn(process);
    }

    private void Unanswered(Flight request, bool delivered)
    {
        if (!request.Sender.Alive) return;
        request.Sender.Replica.Undelivered(request.Envelope, delivered);
        Turn(request.Sender);
    }

    private Host To(Flight flight) => hosts.Find(host => host.Node == flight.Envelope.To.Node)!;

    private void Say(Flight flight, string? fate)
    {
        if (!ShowsMessages) return;
        Lines.Add($"{flight.Sender.Host.Node} → {To(flight).Node}: {Describe.Text(flight.Envelope.Message)}{(fate is null ? "" : $" ({fate})")}");
    }
}

internal sealed class ScriptException(string message) : Exception(message);
