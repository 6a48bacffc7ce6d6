namespace AspirePaxos.Protocol;

/// <summary>
/// Phase 1 of one ballot (Paxos Made Simple §2.2): promises of a quorum, page by page, and what must be proposed because of them (rule 4).
/// </summary>
internal sealed class Candidacy
{
    private readonly Context context;
    private readonly Dictionary<NodeId, ReportPages> promises = [];
    private readonly SortedDictionary<long, Proposal> reported = [];
    private readonly long durable;
    private readonly long started;
    private readonly Ballot handover;
    private readonly long timeout;
    private long truncatedThrough;
    private long lastSlot;
    private NodeId truncatedAt = NodeId.None;

    /// <param name="handover">The ballot whose leader asked for it; none otherwise.</param>
    public Candidacy(Context context, Acceptor acceptor, Ballot handover)
    {
        this.context = context;
        this.handover = handover;
        Ballot = new Ballot(context.HighestNumber + 1, context.Self.Node);
        FromSlot = context.Log.CommitIndex + 1;
        acceptor.PromiseOwn(Ballot);
        durable = context.Out.Sequence;
        started = context.Now;
        timeout = context.RandomTimeout();
        foreach (var peer in context.Peers)
        {
            promises[peer] = new ReportPages(FromSlot);
            AskPage(peer);
        }

        context.Out.Ready.Rounds.Add(new RoundEvent.PrepareStarted(Ballot, FromSlot));
    }

    public Ballot Ballot { get; }

    public long FromSlot { get; }

    public bool TimedOut => context.Now - started >= timeout;

    /// <summary>Whom to ask for slots that were chosen and then dropped there; none where nothing is missing.</summary>
    public NodeId MissingFrom => truncatedThrough > context.Log.CommitIndex ? truncatedAt : NodeId.None;

    /// <summary>A quorum promised, this replica included and durably, and nothing below the reported truncation is missing here.</summary>
    public bool Won =>
        context.Out.Persisted >= durable
        && context.Quorum.Reached(1 + promises.Values.Count(pages => pages.Complete))
        && MissingFrom == NodeId.None;

    public long RecoveredSlot => Math.Max(Math.Max(lastSlot, context.Log.LastSlot), truncatedThrough);

    /// <summary>What must be proposed for this slot: the command learned, else the accepted one of the highest ballot, else a NoOp.</summary>
    public Command Recovered(long slot)
    {
        var own = context.Log.Find(slot);
        if (own is { Learned: true } learned) return learned.Command;
        if (!reported.TryGetValue(slot, out var proposal)) return own?.Command ?? Command.NoOp;
        return own is { } accepted && accepted.Ballot > proposal.Ballot && !proposal.Learned ? accepted.Command : proposal.Command;
    }

    public void OnPromise(NodeId from, Promise promise)
    {
        if (promise.Ballot != Ballot || !promises.TryGetValue(from, out var pages) || pages.Complete) return;
        if (promise.TruncatedThrough > truncatedThrough) (truncatedThrough, truncatedAt) = (promise.TruncatedThrough, from);
        if (!pages.Add(promise.From, promise.Through, promise.LastSlot, promise.TruncatedThrough)) return;
        lastSlot = Math.Max(lastSlot, pages.LastSlot!.Value);
        foreach (var proposal in promise.Proposals) Report(proposal);
        if (!pages.Complete) AskPage(from);
    }

    /// <summary>The acceptor restarted between two pages: it reports again, from the first one on.</summary>
    public void OnPageGone(NodeId from, Ballot refused)
    {
        if (refused != Ballot || !promises.TryGetValue(from, out var pages) || pages.Complete) return;
        pages.Restart();
    }

    /// <summary>Its directory was lost: the new one promises for itself, once it has recovered.</summary>
    public void Forget(NodeId node) => promises[node].Restart();

    public void Tick()
    {
        if (context.Out.Persisted < durable) return;
        foreach (var (peer, pages) in promises)
        {
            if (!pages.Complete && context.Now - pages.AskedAt >= context.Options.ResendInterval) AskPage(peer);
        }
    }

    private void Report(Proposal proposal)
    {
        if (proposal.Slot < FromSlot) return;
        if (reported.TryGetValue(proposal.Slot, out var other))
        {
            if (other.Learned || (!proposal.Learned && other.Ballot >= proposal.Ballot)) return;
        }

        reported[proposal.Slot] = proposal;
    }

    private void AskPage(NodeId peer)
    {
        promises[peer].AskedAt = context.Now;
        context.SendWhenDurable(peer, new Prepare(Ballot, FromSlot, promises[peer].NextSlot) { Handover = handover });
    }
}
