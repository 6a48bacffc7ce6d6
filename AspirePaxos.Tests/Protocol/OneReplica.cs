using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Protocol;

/// <summary>node0 of a formed cluster, alone: its peers are the test, which writes their messages by hand and reads the answers.</summary>
internal sealed class OneReplica
{
    private const long FirstIncarnation = 0xa0;
    private readonly IReadOnlyList<NodeId> members;
    private readonly List<Envelope> sent = [];
    private readonly Mode mode;
    private long tokens;
    private long pendingWrite;
    private long persisted;
    private long now;

    public static readonly NodeId Self = new("node0");
    public static readonly NodeId Node1 = new("node1");
    public static readonly NodeId Node2 = new("node2");

    public OneReplica(int count = 3, DurableState? restored = null, Mode mode = Mode.Multi, bool persists = true,
        Func<ReplicaOptions, ReplicaOptions>? options = null, bool recovering = false)
    {
        this.mode = mode;
        Persists = persists;
        members = [.. Enumerable.Range(0, count).Select(i => new NodeId($"node{i}"))];
        Cluster = new ClusterState("c1", [.. members.Select((node, i) => new Member(node, FirstIncarnation + i))], [.. members.Select(node => new SeenBoot(node, 1))]) { Recovering = recovering };
        var defaults = new ReplicaOptions { Self = Identity(Self), Members = members, Mode = mode, Seed = 1 };
        Replica = new Replica(
            options?.Invoke(defaults) ?? defaults,
            (restored ?? DurableState.Empty) with { Cluster = Cluster },
            now);
    }

    public Replica Replica { get; }

    public ClusterState Cluster { get; }

    /// <summary>Writes are durable at once; else with <see cref="Persist"/>.</summary>
    public bool Persists { get; set; }

    public List<Write> Writes { get; } = [];

    public List<ChosenCommand> Chosen { get; } = [];

    public List<WriteCompletion> Completed { get; } = [];

    public List<ReadCompletion> Reads { get; } = [];

    public List<SnapshotRead> SnapshotReads { get; } = [];

    public List<SnapshotPart> SnapshotParts { get; } = [];

    /// <summary>What a crash now would leave on disk.</summary>
    public DurableState Durable
    {
        get
        {
            var log = new SortedDictionary<long, LogRecord>();
            var promised = Ballot.None;
            long commit = 0;
            foreach (var write in Writes.Where(write => write.Sequence <= persisted))
            {
                promised = write.Promised ?? promised;
                commit = write.CommitIndex;
                foreach (var record in write.Records) log[record.Slot] = record;
            }

            return new DurableState(Cluster, promised, commit, [.. log.Values], 0, 0);
        }
    }

    public static Ballot At(long number, NodeId node) => new(number, node);

    public static Command Named(string name, NodeId? proposer = null) =>
        Batch.Encode(new Identity(proposer ?? Node1, 1, 1), name[0], 0, [System.Text.Encoding.UTF8.GetBytes($"\"{name}\"")]);

    /// <summary>Requests and replies sent since the last call, of one type.</summary>
    public List<(NodeId To, T Message)> Sent<T>()
        where T : Message
    {
        var found = sent.Where(envelope => envelope.Message is T).Select(envelope => (envelope.To.Node, (T)envelope.Message)).ToList();
        sent.RemoveAll(envelope => envelope.Message is T);
        return found;
    }

    /// <summary>A peer's request, and the reply to it; null where none came yet.</summary>
    public Reply? Ask(NodeId from, Request request)
    {
        var token = Request(from, request);
        return ReplyTo(token);
    }

    public long Request(NodeId from, Request request)
    {
        Replica.Receive(new Envelope(Identity(from), Identity(Self), "c1", mode, request, ++tokens));
        Turn();
        return tokens;
    }

    public Reply? ReplyTo(long token)
    {
        var reply = sent.Find(envelope => envelope.Message is Reply && envelope.Token == token);
        if (reply is not null) sent.Remove(reply);
        return (Reply?)reply?.Message;
    }

    public void Tell(NodeId from, Reply reply)
    {
        Replica.Receive(new Envelope(Identity(from), Identity(Self), "c1", mode, reply));
        Turn();
    }

    public void Propose(long id, string name)
    {
        Replica.Propose(id, System.Text.Encoding.UTF8.GetBytes($"\"{name}\""));
        Turn();
    }

    public void Tick(long milliseconds)
    {
        for (var end = now + milliseconds; now < end;)
        {
            now += 10;
            Replica.Tick(now);
            Turn();
        }
    }

    /// <summary>The clock goes on while the process stands still; its next tick comes later.</summary>
    public void Pause(long milliseconds) => now += milliseconds;

    /// <summary>The clock as it stands now, whatever the last tick said.</summary>
    public long Clock => now;

    /// <summary>Everything written so far is durable.</summary>
    public void Persist()
    {
        persisted = pendingWrite;
        Replica.Persisted(persisted);
        Turn();
    }

    /// <summary>Time passes and peers say yes, until it prepares.</summary>
    /// <returns>Its ballot.</returns>
    public Ballot Stand()
    {
        for (var i = 0; i < 300 && Sent<Prepare>() is var prepares; i++)
        {
            if (prepares.Count > 0) return prepares[0].Message.Ballot;
            Tick(10);
            foreach (var (to, question) in Sent<Question>()) Tell(to, new Answer(question.Sequence, true, Ballot.None, 0));
        }

        throw new InvalidOperationException("It never stands.");
    }

    /// <summary>It stands, and node1 promises without having accepted anything.</summary>
    public Ballot Lead()
    {
        var ballot = Stand();
        var from = Replica.CommitIndex + 1;
        Tell(Node1, new Promise(ballot, from, from - 1, from - 1, 0, 0, []));
        return ballot;
    }

    public void Turn()
    {
        for (var ready = Replica.TakeReady(); !ready.IsEmpty; ready = Replica.TakeReady())
        {
            sent.AddRange(ready.Messages);
            Completed.AddRange(ready.Writes);
            Reads.AddRange(ready.Reads);
            SnapshotReads.AddRange(ready.SnapshotReads);
            SnapshotParts.AddRange(ready.SnapshotParts);
            if (ready.Write is { } write)
            {
                Writes.Add(write);
                pendingWrite = write.Sequence;
                if (Persists) Replica.Persisted(persisted = write.Sequence);
            }

            foreach (var chosen in ready.Chosen)
            {
                Chosen.Add(chosen);
                var results = Batch.Decode(chosen.Command).Commands.Select(command => command).ToArray();
                Replica.Applied(chosen.Slot, results, (UInt128)chosen.Slot);
            }
        }
    }

    private Identity Identity(NodeId node) => new(node, FirstIncarnation + Array.IndexOf([.. members], node), 1);
}
