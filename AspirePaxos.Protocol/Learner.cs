namespace AspirePaxos.Protocol;

/// <summary>
/// The learner (Paxos Made Simple §2.3): which slots are chosen, and how a replica that missed some asks for them (rule 6).
/// </summary>
internal sealed class Learner(Context context, SnapshotFetch snapshot)
{
    private long behindSince = -1;
    private long askedAt = -1;
    private long stalledSince = -1;
    private readonly Dictionary<NodeId, long> heard = [];
    private NodeId source = NodeId.None;
    private NodeId asked = NodeId.None;
    private Ballot announced = Ballot.None;
    private long announcedThrough;

    /// <summary>The highest CommitIndex that anyone reported.</summary>
    public long KnownCommitIndex { get; private set; }

    /// <summary>For how many milliseconds this replica has been behind without learning anything.</summary>
    public long Stalled => stalledSince < 0 ? 0 : context.Now - stalledSince;

    public bool IsBehind => KnownCommitIndex > context.Log.CommitIndex;

    /// <summary>Told once for each slot that became learned, in no particular order.</summary>
    public required Action<long, Command> OnLearned { get; init; }

    /// <summary>The leader of <paramref name="ballot"/> says that every slot up to <paramref name="commitIndex"/> is chosen.</summary>
    /// <remarks>
    /// Taken for what was accepted here in that very ballot only: another ballot's value may have lost. Each slot is looked at once, however
    /// long a hole below it keeps the CommitIndex back.
    /// </remarks>
    public void OnLeaderCommit(NodeId leader, Ballot ballot, long commitIndex)
    {
        if (ballot != announced) (announced, announcedThrough) = (ballot, 0);
        var through = Math.Min(commitIndex, context.Log.LastSlot);
        for (var slot = Math.Max(context.Log.CommitIndex, announcedThrough) + 1; slot <= through; slot++)
        {
            if (context.Log.Find(slot) is { Learned: false } record && record.Ballot == ballot) Learn(slot, ballot, record.Command);
        }

        announcedThrough = Math.Max(announcedThrough, through);
        Hears(leader, commitIndex);
    }

    /// <summary>Accepted later than it was announced: these slots are looked at once more with the next announcement.</summary>
    public void Accepted(Ballot ballot, long firstSlot)
    {
        if (ballot == announced) announcedThrough = Math.Min(announcedThrough, firstSlot - 1);
    }

    /// <summary>A peer has learned up to here; where we have not, we ask it a little later.</summary>
    public void Hears(NodeId node, long commitIndex)
    {
        KnownCommitIndex = Math.Max(KnownCommitIndex, commitIndex);
        // A message that was long on its way says less than is known.
        heard[node] = Math.Max(heard.GetValueOrDefault(node), commitIndex);
        if (commitIndex <= context.Log.CommitIndex) return;
        source = node;
        if (behindSince < 0) behindSince = context.Now;
    }

    /// <summary>Asks at once.</summary>
    public void Ask(NodeId node)
    {
        source = asked = node;
        askedAt = context.Now;
        context.SendNow(node, new LearnQuery(context.Log.CommitIndex + 1, context.Options.MaxMessageSlots));
    }

    public void Tick()
    {
        if (!IsBehind)
        {
            behindSince = -1;
            stalledSince = -1;
            askedAt = -1;
            return;
        }

        if (stalledSince < 0) stalledSince = context.Now;
        var patience = context.Options.HeartbeatInterval / 2;
        var unanswered = askedAt >= 0 && context.Now - askedAt < context.Options.ResendInterval;
        if (behindSince >= 0 && context.Now - behindSince >= patience && !unanswered && !snapshot.UnderWay && !snapshot.Complete) Ask(askedAt < 0 ? source : Another());
    }

    /// <summary>
    /// Whoever was asked last does not answer, though it may be the one that is heard most: of those who are ahead the next one.
    /// </summary>
    private NodeId Another()
    {
        var ahead = context.Peers.Where(node => heard.GetValueOrDefault(node) > context.Log.CommitIndex).Order().ToList();
        return ahead.Count == 0 ? source : ahead[Math.Max(0, ahead.FindIndex(node => node.CompareTo(asked) > 0))];
    }

    public void Learn(long slot, Ballot ballot, Command command)
    {
        if (context.Log.IsLearned(slot))
        {
            Invariant.Holds(context.Log.Find(slot) is not { } record || record.Command == command, $"slot {slot} was learned with another command before");
            return;
        }

        var before = context.Log.CommitIndex;
        if (context.Log.Learn(slot, ballot, command)) context.Out.Write(context.Log.Find(slot)!.Value);
        OnLearned(slot, command);
        if (context.Log.CommitIndex > before) stalledSince = -1;
        if (context.Log.CommitIndex > before) behindSince = IsBehind ? context.Now : -1;
    }

    public void OnLearn(IReadOnlyList<LearnedCommand> entries)
    {
        foreach (var (slot, ballot, command) in entries) Learn(slot, ballot, command);
    }

    /// <summary>What an acceptor reports as learned is chosen: it need not be proposed again.</summary>
    public void OnPromise(Promise promise)
    {
        foreach (var proposal in promise.Proposals)
        {
            if (proposal.Learned) Learn(proposal.Slot, proposal.Ballot, proposal.Command);
        }
    }

    public void OnReply(NodeId from, LearnReply reply)
    {
        var before = context.Log.CommitIndex;
        OnLearn(reply.Entries);
        Hears(from, reply.CommitIndex);
        askedAt = -1;
        if (context.Log.CommitIndex < reply.TruncatedThrough) snapshot.Begin(from, reply.TruncatedThrough);
        if (context.Log.CommitIndex == before) behindSince = context.Now;
        if (context.Log.CommitIndex > before && context.Log.CommitIndex < reply.CommitIndex) Ask(from);
    }

    public LearnReply OnQuery(LearnQuery query)
    {
        var entries = new List<LearnedCommand>();
        var bytes = 0;
        var log = context.Log;
        var limit = Math.Min(query.Limit, context.Options.MaxMessageSlots);
        for (var slot = query.From; slot <= log.CommitIndex && entries.Count < limit; slot++)
        {
            if (log.Find(slot) is not { } record) break;
            bytes += record.Command.Bytes.Length;
            if (entries.Count > 0 && bytes > context.Options.MaxMessageBytes) break;
            entries.Add(new LearnedCommand(slot, record.Ballot, record.Command));
        }

        return new LearnReply(entries, log.CommitIndex, log.TruncatedThrough);
    }
}
