using System.Globalization;
using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using AspirePaxos.Simulation;

namespace AspirePaxos.Tests.Protocol;

/// <summary>
/// Runs golden scripts. A line that begins with <c>&gt;</c> is a command, one that begins with <c>#</c> a remark; what follows a command,
/// indented, is what it must print.
/// </summary>
/// <remarks>
/// <code>
/// cluster N [simple] [unformed] [tail K]  logs keep K applied slots; N replicas; formed, with nothing in flight, unless told otherwise
/// tick [NODE] MS                    the clock of one or all goes on; nothing is delivered
/// run MS                            all clocks go on and everything is delivered, without a line per message
/// elect NODE                        only this one's clock goes on, until it leads (in simple mode: not needed)
/// propose NODE k=v [KEY]            a client's write, with an Idempotency-Key
/// read NODE k | local NODE k        a linearizable, a local read
/// deliver [A>B] [TYPE…]             what is in flight now and matches; without arguments everything, until nothing is in flight
/// drop|lose|duplicate [A>B] [TYPE…] lost silently; lost, and the sender of the request is told; delivered, and kept in flight
/// hold [A>B] [TYPE…] / release      these are late: nothing delivers them before they are released
/// partition NODE… / heal            messages between these and the others are lost
/// disk NODE manual|auto / sync NODE writes become durable at sync only
/// crash|restart|wipe|backup|restore NODE
/// handover NODE                     its leader leaves
/// status | log NODE | flights
/// </code>
/// </remarks>
internal sealed class ScriptRunner
{
    private const int LongestTimeout = 1_200;
    private ScriptCluster? cluster;

    private static int Tail(string[] words) =>
        Array.IndexOf(words, "tail") is >= 0 and var at ? int.Parse(words[at + 1], CultureInfo.InvariantCulture) : 10_000;

    private ScriptCluster Cluster => cluster ?? throw new ScriptException("A script begins with: cluster N");

    /// <returns>The script with what its commands really print.</returns>
    public static string Run(string script)
    {
        var runner = new ScriptRunner();
        var text = new StringBuilder();
        foreach (var line in script.Split('\n'))
        {
            var trimmed = line.TrimEnd();
            if (trimmed.StartsWith("  ", StringComparison.Ordinal)) continue;
            text.Append(trimmed).Append('\n');
            if (!trimmed.StartsWith("> ", StringComparison.Ordinal)) continue;
            foreach (var printed in runner.Execute(trimmed[2..].Split(' ', StringSplitOptions.RemoveEmptyEntries))) text.Append("  ").Append(printed).Append('\n');
        }

        return text.ToString().TrimEnd('\n') + '\n';
    }

    private List<string> Execute(string[] words)
    {
        if (words[0] == "cluster")
        {
            Create(words);
        }
        else
        {
            Cluster.Lines.Clear();
            if (!OnMachines(words) && !OnNetwork(words) && !OnReplicas(words)) throw new ScriptException($"No command is called {words[0]}.");
        }

        return Cluster.Lines;
    }

    private void Create(string[] words)
    {
        cluster = new ScriptCluster(int.Parse(words[1], CultureInfo.InvariantCulture), words.Contains("simple") ? Mode.Simple : Mode.Multi, Tail(words));
        if (words.Contains("unformed")) return;
        cluster.ShowsMessages = false;
        for (var i = 0; cluster.Hosts.Any(host => host.Process!.Replica.ClusterId.Length == 0); i++)
        {
            if (i > 20) throw new ScriptException("The cluster does not form.");
            foreach (var host in cluster.Hosts) cluster.Tick(host, 20);
            DeliverAll();
        }

        cluster.ShowsMessages = true;
        cluster.Lines.Clear();
    }

    private bool OnMachines(string[] words)
    {
        switch (words[0])
        {
            case "tick" when words.Length == 3:
                Cluster.Tick(Cluster.Find(words[1]), Number(words[2]));
                return true;
            case "tick":
                foreach (var host in Cluster.Hosts) Cluster.Tick(host, Number(words[1]));
                return true;
            case "run":
                RunFor(Number(words[1]));
                return true;
            case "disk":
                Cluster.SetManualDisk(Cluster.Find(words[1]), words[2] == "manual");
                return true;
            case "sync":
                Cluster.Sync(Cluster.Find(words[1]));
                return true;
            case "crash":
                Cluster.Crash(Cluster.Find(words[1]));
                return true;
            case "restart":
                Cluster.Start(Cluster.Find(words[1]));
                return true;
            case "wipe":
                Cluster.Wipe(Cluster.Find(words[1]));
                return true;
            case "backup":
                Cluster.Backup(Cluster.Find(words[1]));
                return true;
            case "restore":
                Cluster.Restore(Cluster.Find(words[1]));
                return true;
            default:
                return false;
        }
    }

    private bool OnNetwork(string[] words)
    {
        switch (words[0])
        {
            case "deliver" when words.Length == 1:
                DeliverAll();
                return true;
            case "deliver":
                Some(Cluster.Deliver(Matching(words)));
                return true;
            case "drop":
                Some(Cluster.Drop(Matching(words), tell: false));
                return true;
            case "lose":
                Some(Cluster.Drop(Matching(words), tell: true));
                return true;
            case "duplicate":
                Some(Cluster.Duplicate(Matching(words)));
                return true;
            case "hold":
                Some(Cluster.Hold(Matching(words)));
                return true;
            case "release":
                Cluster.Release();
                return true;
            case "partition":
                Cluster.Partition(words.Skip(1).Select(Cluster.Find));
                return true;
            case "heal":
                Cluster.Heal();
                return true;
            case "flights":
                Cluster.Lines.AddRange(Cluster.InFlight);
                return true;
            default:
                return false;
        }
    }

    private bool OnReplicas(string[] words)
    {
        switch (words[0])
        {
            case "elect":
                Elect(Cluster.Find(words[1]));
                return true;
            case "propose":
                var pair = words[2].Split('=');
                Cluster.Propose(Cluster.Running(words[1]), new Put(pair[0], Encoding.UTF8.GetBytes(pair[1]), IdempotencyKey: words.ElementAtOrDefault(3)));
                return true;
            case "read":
                Cluster.Read(Cluster.Running(words[1]), words[2]);
                return true;
            case "local":
                var entry = Cluster.Running(words[1]).Store.Get(words[2]);
                Cluster.Lines.Add(entry is null ? "nothing" : Encoding.UTF8.GetString(entry.Value.Span));
                return true;
            case "handover":
                Cluster.Running(words[1]).Replica.HandOver();
                Cluster.Turn(Cluster.Running(words[1]));
                return true;
            case "status":
                Cluster.Lines.AddRange(Cluster.Hosts.Select(Status));
                return true;
            case "log":
                Cluster.Lines.AddRange(Log(Cluster.Running(words[1]).Replica));
                return true;
            default:
                return false;
        }
    }

    private void Elect(Host host)
    {
        Cluster.ShowsMessages = false;
        for (var i = 0; host.Process?.Replica.Role != Role.Leader; i++)
        {
            if (i > 1_000) throw new ScriptException($"{host.Node} is not elected.");
            if (i == LongestTimeout / 10) LetOthersForget(host);
            Cluster.Tick(host, 10);
            DeliverAll();
        }

        DeliverAll();
        Cluster.ShowsMessages = true;
    }

    /// <summary>They heard a leader not long ago and would say no: so long that they forget it, too short for them to stand.</summary>
    private void LetOthersForget(Host host)
    {
        foreach (var other in Cluster.Hosts)
        {
            if (other != host) Cluster.Tick(other, 600);
        }

        DeliverAll();
    }

    private void RunFor(long milliseconds)
    {
        Cluster.ShowsMessages = false;
        for (var passed = 0; passed < milliseconds; passed += 10)
        {
            foreach (var host in Cluster.Hosts)
            {
                Cluster.Tick(host, 10);
                DeliverAll();
            }
        }

        Cluster.ShowsMessages = true;
    }

    private void DeliverAll()
    {
        for (var i = 0; Cluster.Deliver((_, _, _) => true) > 0; i++)
        {
            if (i > 10_000) throw new ScriptException("The messages never end.");
        }
    }

    private Func<Host, Host, Message, bool> Matching(string[] words)
    {
        var link = words.FirstOrDefault(word => word.Contains('>', StringComparison.Ordinal))?.Split('>') ?? ["*", "*"];
        var types = words.Skip(1).Where(word => !word.Contains('>', StringComparison.Ordinal)).ToHashSet();
        return (from, to, message) =>
            (link[0] == "*" || from.Node.Name == link[0])
            && (link[1] == "*" || to.Node.Name == link[1])
            && (types.Count == 0 || types.Contains(message.GetType().Name));
    }

    private void Some(int count)
    {
        if (count == 0) Cluster.Lines.Add("nothing in flight matches");
    }

    private static string Status(Host host)
    {
        if (host.Process?.Replica is not { } replica) return $"{host.Node} down";
        if (replica.Rejection is { } rejection) return $"{host.Node} may not take part: {rejection}";
        var leader = replica.Leader == NodeId.None ? "nobody" : replica.Leader.Name;
        return $"{host.Node} {replica.Role}, leader {leader}, ballot {replica.Ballot}, promised {replica.Promised}, commit {replica.CommitIndex}, applied {replica.AppliedIndex}, last {replica.LastSlot}";
    }

    private static IEnumerable<string> Log(Replica replica)
    {
        for (var slot = 1L; slot <= replica.LastSlot; slot++)
        {
            yield return replica.Record(slot) is { } record
                ? $"{slot} {Describe.Text(record.Command)} at {record.Ballot}{(record.Learned ? " learned" : "")}"
                : $"{slot} nothing";
        }
    }

    private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);
}
