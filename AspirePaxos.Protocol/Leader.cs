namespace AspirePaxos.Protocol;

/// <summary>
/// Phase 2 of one ballot: proposes, counts who accepted, and knows by heartbeats whether a quorum still follows (rules 4, 5, 9, 10).
/// In <see cref="Mode.Simple"/> it lives for one round.
/// </summary>
internal sealed class Leader
{
    private readonly Context context;
    private readonly Acceptor acceptor;
    private readonly Learner learner;
    private readonly SortedDictionary<long, InFlight> inFlight = [];
    private readonly Dictionary<NodeId, long> confirmedAt = [];
    private readonly Dictionary<NodeId, long> echoed = [];
    private readonly Queue<(long Sequence, long SentAt)> heartbeats = new();
    private readonly List<long> fresh = [];
    private readonly long logTimeBase;
    private long nextHeartbeat;
    private long announcedCommit = -1;

    private sealed class InFlight(Command command, long durable)
    {
        public readonly Command Command = command;

        /// <summary>The write with this replica's own acceptance.</summary>
        public readonly long Durable = durable;
        public readonly HashSet<NodeId> Accepted = [];
        public readonly Dictionary<NodeId, long> SentAt = [];
    }

    public Leader(Context context, Acceptor acceptor, Learner learner, Candidacy won, long logTime)
    {
        this.context = context;
        this.acceptor = acceptor;
        this.learner = learner;
        Ballot = won.Ballot;
        RecoveredSlot = Math.Max(won.RecoveredSlot, context.Log.CommitIndex);
        NextSlot = context.Log.CommitIndex + 1;
        logTimeBase = logTime;
        Lease = new LeaderLease(context);
        StartedAt = context.Now;
        FirstSlot = NextSlot;
        ConfirmedAt = context.Now;
        context.Out.Ready.Rounds.Add(new RoundEvent.Prepared(Ballot, RecoveredSlot));
    }

    public Ballot Ballot { get; }

    public long RecoveredSlot { get; }

    public long NextSlot { get; private set; }

    /// <summary>Rule 16.</summary>
    public LeaderLease Lease { get; }

    /// <summary>The first slot proposed in this ballot.</summary>
    public long FirstSlot { get; }

    public long StartedAt { get; }

    /// <summary>The acceptor of this very replica promised a higher ballot.</summary>
    public bool Refused { get; private set; }

    public int SlotsInFlight => inFlight.Count;

    public long ReadSequence { get; private set; }

    /// <summary>When the latest heartbeat that a quorum answered was sent.</summary>
    public long ConfirmedAt { get; private set; }

    /// <summary>The highest heartbeat that a quorum, this replica included, echoed.</summary>
    public long ConfirmedSequence { get; private set; }

    /// <summary>What this replica proposes now is stamped with this (rule 7).</summary>
    public long LogTime => logTimeBase + (context.Now - StartedAt);

    /// <summary>Rule 4: everything up to RecoveredSlot is proposed again, before anything new.</summary>
    public void Recover(Candidacy won)
    {
        for (var slot = NextSlot; slot <= RecoveredSlot && !Refused; slot++) Propose(won.Recovered(slot));
    }

    /// <summary>Proposes for the next slot; the Accept leaves with <see cref="Flush"/>.</summary>
    public long Propose(Command command)
    {
        var slot = NextSlot++;
        if (!acceptor.TryAcceptOwn(slot, Ballot, command))
        {
            Refused = true;
            return slot;
        }

        inFlight[slot] = new InFlight(command, context.Out.Sequence);
        fresh.Add(slot);
        return slot;
    }

    /// <summary>Sends what was proposed in this turn: one Accept per peer with consecutive slots, before our own write is durable.</summary>
    public void Flush()
    {
        if (fresh.Count == 0) return;
        Send(context.Peers, fresh);
        fresh.Clear();
        CountOwn();
    }

    /// <summary>Accepted counts per slot, for this ballot only, each sender once.</summary>
    public void OnAccepted(NodeId from, Accepted accepted)
    {
        if (accepted.Ballot != Ballot) return;
        for (var slot = accepted.FirstSlot; slot < accepted.FirstSlot + accepted.Count; slot++)
        {
            if (!inFlight.TryGetValue(slot, out var proposed)) continue;
            proposed.Accepted.Add(from);
            ChooseIfQuorum(slot, proposed);
        }
    }

    /// <summary>Our own acceptances count once they are durable.</summary>
    public void CountOwn()
    {
        foreach (var (slot, proposed) in inFlight.ToArray())
        {
            if (proposed.Durable > context.Out.Persisted) break;
            ChooseIfQuorum(slot, proposed);
        }
    }

    /// <summary>The slot was learned, here or from another replica: nobody needs to accept it in this ballot any more.</summary>
    /// <returns>False where it holds what this leader did not propose: a higher ballot chose it, so this leader is deposed.</returns>
    /// <remarks>
    /// It must not announce a CommitIndex that covers such a slot: a follower that accepted this leader's own proposal there would take
    /// that one for chosen (rule 6).
    /// </remarks>
    public bool Learned(long slot, Command command)
    {
        if (slot >= NextSlot) return false;
        return !inFlight.Remove(slot, out var proposed) || proposed.Command == command;
    }

    /// <summary>Its directory was lost: the new one accepts for itself, once it has recovered.</summary>
    public void Forget(NodeId node)
    {
        foreach (var proposed in inFlight.Values) proposed.Accepted.Remove(node);
        Lease.Forget(node);
    }

    public void OnHeartbeatReply(NodeId from, HeartbeatReply reply)
    {
        if (reply.Ballot != Ballot || reply.ReadSequence > ReadSequence || reply.ReadSequence <= echoed.GetValueOrDefault(from)) return;
        echoed[from] = reply.ReadSequence;
        foreach (var (sequence, sentAt) in heartbeats)
        {
            if (sequence != reply.ReadSequence) continue;
            confirmedAt[from] = sentAt;
            Lease.Granted(from, sentAt, reply.Lease);
        }

        Confirm();
    }

    /// <summary>A heartbeat now; every read that waits is bound to its sequence.</summary>
    /// <param name="hashes">Rule 14, now and then; null: none this time.</param>
    public void SendHeartbeat(HashReport? hashes = null)
    {
        ReadSequence++;
        heartbeats.Enqueue((ReadSequence, context.Now));
        while (heartbeats.Count > 64 && heartbeats.Peek().Sequence <= ConfirmedSequence) heartbeats.Dequeue();
        nextHeartbeat = context.Now + context.Options.HeartbeatInterval;
        announcedCommit = context.Log.CommitIndex;
        context.Broadcast(new Heartbeat(Ballot, context.Log.CommitIndex, ReadSequence) { Hashes = hashes, Lease = Lease.Asked });
        Confirm();
    }

    public void Tick(HashReport? hashes)
    {
        if (context.Now >= nextHeartbeat) SendHeartbeat(hashes);
        else if (context.Log.CommitIndex > announcedCommit) SendHeartbeat();
        foreach (var peer in context.Peers) Resend(peer);
    }

    private void Confirm()
    {
        Span<long> times = stackalloc long[context.Quorum.Members];
        Span<long> sequences = stackalloc long[context.Quorum.Members];
        var i = 0;
        (times[i], sequences[i++]) = (context.Now, ReadSequence);
        foreach (var peer in context.Peers)
        {
            (times[i], sequences[i++]) = (confirmedAt.GetValueOrDefault(peer, StartedAt), echoed.GetValueOrDefault(peer));
        }

        ConfirmedAt = Math.Max(ConfirmedAt, context.Quorum.ReachedByQuorum(times));
        ConfirmedSequence = context.Quorum.ReachedByQuorum(sequences);
    }

    private void ChooseIfQuorum(long slot, InFlight proposed)
    {
        var own = proposed.Durable <= context.Out.Persisted ? 1 : 0;
        if (!context.Quorum.Reached(own + proposed.Accepted.Count)) return;
        inFlight.Remove(slot);
        var before = context.Log.CommitIndex;
        learner.Learn(slot, Ballot, proposed.Command);
        if (context.Log.CommitIndex > before) context.Out.Ready.Rounds.Add(new RoundEvent.Chosen(Ballot, context.Log.CommitIndex));
    }

    private void Resend(NodeId peer)
    {
        List<long>? due = null;
        foreach (var (slot, proposed) in inFlight)
        {
            if (proposed.Accepted.Contains(peer) || context.Now - proposed.SentAt[peer] < context.Options.ResendInterval) continue;
            (due ??= []).Add(slot);
            if (due.Count == context.Options.MaxMessageSlots) break;
        }

        if (due is not null) Send([peer], due);
    }

    /// <summary>Each Accept is made once, so that the host may serialize it once for all peers.</summary>
    private void Send(IReadOnlyCollection<NodeId> peers, List<long> slots)
    {
        var commands = new List<Command>();
        var bytes = 0;
        long first = 0;
        foreach (var slot in slots)
        {
            if (!inFlight.TryGetValue(slot, out var proposed)) continue;
            foreach (var peer in peers) proposed.SentAt[peer] = context.Now;
            var full = commands.Count == context.Options.MaxMessageSlots || bytes + proposed.Command.Bytes.Length > context.Options.MaxMessageBytes;
            if (commands.Count > 0 && (full || slot != first + commands.Count))
            {
                SendAccept(peers, first, commands);
                commands = [];
                bytes = 0;
            }

            if (commands.Count == 0) first = slot;
            commands.Add(proposed.Command);
            bytes += proposed.Command.Bytes.Length;
        }

        if (commands.Count > 0) SendAccept(peers, first, commands);
    }

    private void SendAccept(IReadOnlyCollection<NodeId> peers, long first, List<Command> commands)
    {
        var accept = new Accept(Ballot, first, commands, context.Log.CommitIndex);
        if (peers.Count == context.Peers.Count) announcedCommit = context.Log.CommitIndex;
        foreach (var peer in peers) context.SendNow(peer, accept);
    }
}
