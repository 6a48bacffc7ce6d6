namespace AspirePaxos.Protocol;

/// <summary>
/// One replica as a synchronous state machine: inputs in, effects out through <see cref="TakeReady"/>. It does no I/O, reads no clock
/// and draws random numbers from its own seed only, so that a simulator can drive it through any fault. Not thread-safe: one owner.
/// </summary>
/// <remarks>
/// This class routes (messages in Replica.Messages.cs, who leads in Replica.Leadership.cs); the rules are in <see cref="Acceptor"/>, <see cref="Candidacy"/>, <see cref="Protocol.Leader"/>,
/// <see cref="Learner"/>, <see cref="Election"/>, <see cref="ReadIndex"/>, <see cref="Proposals"/>, <see cref="Forwarding"/>,
/// <see cref="Formation"/>, <see cref="Recovery"/>, <see cref="Truncation"/>, <see cref="SnapshotFetch"/>, <see cref="Divergence"/> and, for the mode without a stable leader, <see cref="SimpleRounds"/>.
/// </remarks>
public sealed partial class Replica
{
    private const int ChosenAtOnce = 1_024;

    private readonly Context context;
    private readonly Acceptor acceptor;
    private readonly Learner learner;
    private readonly Election election;
    private readonly Proposals proposals;
    private readonly Forwarding forwarding;
    private readonly ReadIndex reads;
    private readonly SimpleRounds rounds;
    private readonly Departure departure;
    private readonly Plausibility plausibility;
    private readonly SnapshotFetch snapshot;
    private readonly Truncation truncation;
    private readonly Divergence divergence;
    private readonly Queue<(long Slot, long LogTime)> unapplied = new();
    private Candidacy? candidacy;
    private Leader? leader;
    private Recovery? recovery;
    private long emitted;
    private long logTime;

    /// <param name="restored">What storage held, or <see cref="DurableState.Empty"/>.</param>
    /// <param name="now">The clock, as in <see cref="Tick"/>.</param>
    public Replica(ReplicaOptions options, DurableState restored, long now)
    {
        Invariant.Holds(options.Members.Contains(options.Self.Node), "a replica is one of the configured members");
        Invariant.Holds(options.Self.BootCounter > 0, "the boot counter is durable, and from 1");
        Invariant.Holds(options.LeaseDuration == 0 || options.Mode == Mode.Multi, "leased reads need a leader");
        Invariant.Holds(options.LeaseDuration >= 0 && options.LeaseDuration <= options.ElectionTimeout, "a lease ends before anyone stands");
        context = new Context(options, restored, now);
        context.Formation = new Formation(context, restored.Cluster);
        acceptor = new Acceptor(context, restored.Promised);
        snapshot = new SnapshotFetch(context, restored.Fetched);
        learner = new Learner(context, snapshot) { OnLearned = OnLearned };
        election = new Election(context, acceptor, learner);
        proposals = new Proposals(context);
        forwarding = new Forwarding(context, proposals) { Lead = () => (Leader, Ballot), AppliedIndex = restored.AppliedIndex };
        reads = new ReadIndex(context) { AppliedIndex = restored.AppliedIndex };
        rounds = new SimpleRounds(context);
        departure = new Departure(context);
        plausibility = new Plausibility(context, () => KnownCommitIndex);
        truncation = new Truncation(context) { DurableState = restored.AppliedIndex };
        divergence = new Divergence(context);
        Invariant.Holds(restored.AppliedIndex >= restored.TruncatedThrough, $"the state is that after slot {restored.AppliedIndex}, the log begins after {restored.TruncatedThrough}");
        AppliedIndex = emitted = restored.AppliedIndex;
        logTime = restored.LogTime;
    }

    public ReplicaOptions Options => context.Options;

    public Role Role =>
        !context.Formation.Formed ? Role.Forming : context.Formation.Recovering ? Role.Recovering : leader is not null ? Role.Leader : candidacy is not null ? Role.Candidate : Role.Follower;

    /// <summary>Whom this replica takes for the leader (itself included); <see cref="NodeId.None"/> where it knows none, and in Simple mode.</summary>
    public NodeId Leader =>
        Simple ? NodeId.None : leader is not null ? context.Self.Node : election.HearsLeader ? election.LeaderBallot.Node : NodeId.None;

    /// <summary>The leader's ballot as known here; the highest promised in Simple mode, or where no leader is known.</summary>
    public Ballot Ballot => leader?.Ballot ?? (!Simple && election.HearsLeader ? election.LeaderBallot : acceptor.Promised);

    public Ballot Promised => acceptor.Promised;

    public long CommitIndex => context.Log.CommitIndex;

    public long AppliedIndex { get; private set; }

    /// <summary>The highest slot with a record.</summary>
    public long LastSlot => context.Log.LastSlot;

    /// <summary>A leader hands out no read index before this slot is learned; 0 on any other replica.</summary>
    public long RecoveredSlot => leader?.RecoveredSlot ?? 0;

    /// <summary>Log records at or below were dropped behind a durable state.</summary>
    public long TruncatedThrough => context.Log.TruncatedThrough;

    /// <summary>Bytes of the commands in the log.</summary>
    public long LogBytes => context.Log.Bytes;

    /// <summary>A snapshot is being fetched, or checked by the host.</summary>
    public bool FetchesSnapshot => snapshot.UnderWay || snapshot.Complete;

    /// <summary>The replicated clock (rule 7) at which the host's state has something to expire; an idle leader proposes then. MaxValue: nothing.</summary>
    public long NextExpiry { get; set; } = long.MaxValue;

    public string ClusterId => context.Formation.ClusterId;

    /// <summary>Why this replica may not take part (a wiped or restored directory); null where it may.</summary>
    public string? Rejection => context.Formation.Rejection;

    /// <summary>Why it is still <see cref="Role.Forming"/> or <see cref="Role.Recovering"/>; null where it is neither.</summary>
    public string? WaitsFor => Rejection is not null ? null : context.Formation.WaitsFor ?? recovery?.WaitsFor;

    /// <summary>A peer of another mode spoke within the last two election timeouts: such a cluster is not ready.</summary>
    public bool MixedModes =>
        context.Formation.OtherModeHeard >= 0 && context.Now - context.Formation.OtherModeHeard < 2L * Options.ElectionTimeout;

    /// <summary>A quorum was confirmed within the last two election timeouts: as leader by answers; as follower, within the last one, by hearing the leader.</summary>
    public bool HasRecentQuorum
    {
        get
        {
            var since = context.Now - (2L * Options.ElectionTimeout);
            if (Role is Role.Forming or Role.Recovering || Rejection is not null) return false;
            if (Simple) return context.Quorum.Reached(context.HeardSince(since));
            return leader is not null ? leader.ConfirmedAt >= since && CommitIndex >= leader.RecoveredSlot : election.HearsLeader;
        }
    }

    /// <summary>The highest CommitIndex heard of; what this replica lacks is this less its own.</summary>
    public long KnownCommitIndex => Math.Max(learner.KnownCommitIndex, CommitIndex);

    private bool Simple => Options.Mode == Mode.Simple;

    private bool Proposing => leader is not null && !departure.UnderWay;

    /// <summary>What this replica knows of a peer.</summary>
    public PeerStatus Peer(NodeId node) => context.Peer(node);

    /// <summary>The record of a slot; null where there is none. Learned: known to be chosen.</summary>
    public LogRecord? Record(long slot) => context.Log.Find(slot);

    /// <summary>A client's write. It ends in exactly one <see cref="Ready.Writes"/> completion.</summary>
    /// <param name="requestId">Unique among the pending requests of this process.</param>
    /// <param name="command">One JSON value in UTF-8, opaque here.</param>
    public void Propose(long requestId, ReadOnlyMemory<byte> command)
    {
        var write = new PendingWrite(requestId, command, context.Now + Options.RequestTimeout, null);
        if (!proposals.Admit(write)) context.Out.Ready.Writes.Add(new WriteCompletion(requestId, Outcome.Overloaded));
    }

    /// <summary>A linearizable read. It ends in exactly one <see cref="Ready.Reads"/> completion.</summary>
    public void Read(long requestId) => reads.Add(requestId);

    /// <summary>
    /// A linearizable read, answered without asking anybody as long as this replica leads and holds a lease (rule 16), else as any other.
    /// It ends in exactly one <see cref="Ready.Reads"/> completion.
    /// </summary>
    /// <param name="now">The clock of <see cref="Tick"/>, read after the request arrived: the last tick may be from before a pause.</param>
    /// <returns>Whether the lease holds.</returns>
    public bool ReadLeased(long requestId, long now)
    {
        var holds = HoldsLease(now);
        if (holds) reads.AddLeased(requestId);
        else reads.Add(requestId);
        return holds;
    }

    /// <summary>Nobody else can have chosen anything that this replica does not know, as of this reading of its clock.</summary>
    public bool HoldsLease(long now) =>
        leader is { Refused: false } && Rejection is null && CommitIndex >= leader.RecoveredSlot && leader.Lease.Holds(now);

    /// <summary>A message from a peer. Requests get one reply in <see cref="Ready.Messages"/>, at once or later, with the same token.</summary>
    public void Receive(Envelope envelope)
    {
        if (context.Formation.Check(envelope) is { } refused)
        {
            if (envelope.Message is Request) context.ReplyNow(envelope, refused);
            return;
        }

        if (Rejection is not null)
        {
            if (envelope.Message is Request) context.ReplyNow(envelope, new Refused(RefusalReason.Member, Rejection));
            return;
        }

        if (plausibility.Check(envelope.Message) is { } absurd)
        {
            if (envelope.Message is Request) context.ReplyNow(envelope, absurd);
            return;
        }

        // A reply to an earlier process of this node answers nothing that this one asked.
        if (envelope.Message is Reply && envelope.To.BootCounter != context.Self.BootCounter) return;
        context.Heard(envelope.From);
        if (envelope.Message is Request request) OnRequest(envelope, request);
        else OnReply(envelope.From.Node, envelope);
    }

    /// <summary>Time passes. Call every few milliseconds.</summary>
    /// <param name="now">Milliseconds of a monotonic clock that advances in suspension, read after every earlier input was handed in.</param>
    public void Tick(long now)
    {
        context.Now = Math.Max(now, context.Now);
        acceptor.Lease.Tick();
        proposals.Tick();
        forwarding.Tick();
        reads.Tick();
        context.Formation.Tick();
        if (!context.Formation.Formed || Rejection is not null) return;
        truncation.Tick();
        snapshot.Tick();
        if (context.Formation.Recovering)
        {
            TickRecovery();
            return;
        }

        StepDownIfLost();
        leader?.Tick(divergence.Report);
        ProposeExpiry();
        candidacy?.Tick();
        learner.Tick();
        if (leader is not null) departure.Tick(leader);
        if (Simple) TickSimple();
        else if (leader is null && candidacy is null) TickElection();
        if (candidacy is { TimedOut: true }) GiveUp(StepDownKind.NoQuorum, "no quorum promised in time");
        LeadIfWon();
    }

    /// <summary>The write of this sequence, and with it every earlier one, is durable.</summary>
    public void Persisted(long sequence)
    {
        context.Out.OnPersisted(sequence);
        leader?.CountOwn();
        LeadIfWon();
    }

    /// <summary>A chosen slot was applied here.</summary>
    /// <param name="results">One per client command of the slot's batch, in order; opaque here.</param>
    /// <param name="hash">Over everything applied through this slot (rule 14).</param>
    public void Applied(long slot, IReadOnlyList<ReadOnlyMemory<byte>> results, UInt128 hash)
    {
        Invariant.Holds(slot == AppliedIndex + 1, $"slot {slot} was applied after {AppliedIndex}");
        var (expected, time) = unapplied.Dequeue();
        Invariant.Holds(expected == slot);
        AppliedIndex = slot;
        logTime = Math.Max(logTime, time);
        divergence.Applied(slot, hash);
        StopIfDiverged();
        if (Rejection is not null) return;
        proposals.OnApplied(slot, results);
        forwarding.AppliedIndex = reads.AppliedIndex = slot;
        forwarding.AnswerApplied();
        reads.AnswerApplied();
    }

    /// <summary>A connection to or from this node was refused or reset: its process is gone (rule 11).</summary>
    public void PeerUnreachable(NodeId node) => election.Gone(node);

    /// <summary>A request of <see cref="Ready.Messages"/> gets no reply.</summary>
    /// <param name="delivered">False only where it certainly never reached the peer (refused connection, open circuit).</param>
    public void Undelivered(Envelope envelope, bool delivered)
    {
        if (envelope.Message is Forward forward) forwarding.OnUndelivered(forward, delivered);
        else if (envelope.Message is ReadIndexQuery query && !Simple) reads.OnUndelivered(query);
    }

    /// <summary>Leave leadership: stop proposing, bring a follower up to date, ask it to stand. Idempotent; nothing happens on a follower.</summary>
    public void HandOver()
    {
        if (leader is null || Simple || context.Peers.Count == 0) return;
        leader.Lease.End();
        departure.Begin();
    }

    /// <summary>The effects of all inputs since the last call. Call after one input, or after a few that arrived together.</summary>
    public Ready TakeReady()
    {
        if (context.Formation is { Formed: true, Recovering: false } && Rejection is null) Flush();
        EmitChosen();
        return context.Out.Take(context.Now, CommitIndex);
    }

    private void OnLearned(long slot, Command command)
    {
        var deposed = leader is not null && !leader.Learned(slot, command);
        proposals.OnLearned(slot, command);
        if (deposed) StepDown(StepDownKind.Overtaken, $"slot {slot} was chosen in a higher ballot");
    }

    /// <summary>A bounded number at once, so that a long catch-up does not hold everything in memory twice.</summary>
    private void EmitChosen()
    {
        if (emitted > AppliedIndex || Rejection is not null) return;
        var through = Math.Min(CommitIndex, emitted + ChosenAtOnce);
        while (emitted < through)
        {
            var command = context.Log.Find(++emitted)!.Value.Command;
            unapplied.Enqueue((emitted, Batch.TimeOf(command)));
            context.Out.Ready.Chosen.Add(new ChosenCommand(emitted, command));
        }
    }
}
