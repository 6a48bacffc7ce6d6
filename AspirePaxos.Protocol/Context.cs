namespace AspirePaxos.Protocol;

/// <summary>What the rules of one replica share: who we are, the time, the log, and the way out.</summary>
internal sealed class Context(ReplicaOptions options, DurableState restored, long now)
{
    private readonly Dictionary<NodeId, PeerStatus> peers = options.Members
        .Where(node => node != options.Self.Node)
        .ToDictionary(node => node, node => new PeerStatus(node, -1, 0, 0, 0));

    private readonly NodeId[] peerNodes = [.. options.Members.Where(node => node != options.Self.Node)];

    public ReplicaOptions Options { get; } = options;

    public Identity Self => Options.Self;

    public long Now { get; set; } = now;

    public Prng Random { get; } = new(options.Seed);

    public Log Log { get; } = new(restored.Log, restored.TruncatedThrough, Math.Max(restored.CommitIndex, restored.AppliedIndex));

    public Outbox Out { get; } = new(restored.TruncatedThrough);

    public Formation Formation { get; set; } = null!;

    public Quorum Quorum { get; } = new(options.Members.Count);

    /// <summary>The highest ballot number met anywhere; the next candidacy goes above it.</summary>
    public long HighestNumber { get; private set; } = restored.Promised.Number;

    public IReadOnlyList<NodeId> Peers => peerNodes;

    public PeerStatus Peer(NodeId node) => peers[node];

    public void Heard(Identity from) =>
        peers[from.Node] = peers[from.Node] with { LastHeard = Now, BootCounter = from.BootCounter };

    public void HeardIndexes(NodeId node, long commitIndex, long appliedIndex)
    {
        var status = peers[node];
        peers[node] = status with
        {
            CommitIndex = Math.Max(commitIndex, status.CommitIndex),
            AppliedIndex = Math.Max(appliedIndex, status.AppliedIndex),
        };
    }

    /// <summary>Its directory was lost: what it said before does not hold.</summary>
    public void Forget(NodeId node) => peers[node] = new PeerStatus(node, -1, 0, 0, 0);

    public void Saw(Ballot ballot) => HighestNumber = Math.Max(HighestNumber, ballot.Number);

    /// <summary>How many members were heard from since, this one included.</summary>
    public int HeardSince(long time) => 1 + peers.Values.Count(peer => peer.LastHeard >= time && peer.LastHeard >= 0);

    public long RandomTimeout() => Random.Between(Options.ElectionTimeout, 2L * Options.ElectionTimeout);

    public void SendNow(NodeId to, Message message) => Out.SendNow(Address(to, message, 0));

    public void SendWhenDurable(NodeId to, Message message) => Out.SendWhenDurable(Address(to, message, 0));

    /// <summary>To whatever directory that node has.</summary>
    public void AnnounceWhenDurable(NodeId to, Message message) => Out.SendWhenDurable(Address(to, message, 0) with { To = new Identity(to, 0, 0) });

    public void Broadcast(Message message)
    {
        foreach (var peer in Peers) SendNow(peer, message);
    }

    public void ReplyNow(Envelope request, Reply reply) => Out.SendNow(Address(request, reply));

    public void ReplyWhenDurable(Envelope request, Reply reply) => Out.SendWhenDurable(Address(request, reply));

    private Envelope Address(NodeId to, Message message, long token) =>
        new(Self, Formation.IdentityOf(to), Formation.ClusterId, Options.Mode, message, token);

    private Envelope Address(Envelope request, Reply reply) =>
        new(Self, request.From, Formation.ClusterId, Options.Mode, reply, request.Token);
}
