namespace AspirePaxos.Protocol;

/// <summary>
/// A replica whose directory was lost (rule 15). It counts for nothing until every other member has durably taken note of its new
/// incarnation, and a quorum of them has after that reported what it promised and accepted. Any quorum in which the lost directory
/// counted has a member among those: so the highest promise and, per slot, the highest accepted proposal that they report are at least
/// what was lost. A member that is recovering itself takes note, and reports nothing.
/// </summary>
/// <remarks>
/// The two steps must not be one. Say node0 reports, then accepts slot 7 of node1's ballot; node1 has not taken note yet, counts
/// node0 and a late message of the lost incarnation, a quorum, and crashes before its own acceptance is durable; then it takes note and
/// reports nothing of slot 7. The new incarnation would know nothing of it either, and with node1 forget a chosen command. Where all took
/// note first, node0's acceptance came before its report, since node1 counted it before it took note.
/// </remarks>
internal sealed class Recovery(Context context, Acceptor acceptor, Learner learner)
{
    private readonly HashSet<NodeId> noted = [];
    private readonly Dictionary<NodeId, long> announcedAt = [];
    private readonly Dictionary<NodeId, Report> reports = [];

    private sealed class Report(long fromSlot)
    {
        public readonly ReportPages Pages = new(fromSlot);
        public readonly long FromSlot = fromSlot;
        public readonly Dictionary<long, Proposal> Accepted = [];
        public Ballot Promised = Ballot.None;
        public long TruncatedThrough;
    }

    /// <summary>A quorum without this replica.</summary>
    private bool EnoughReports => context.Quorum.Reached(reports.Values.Count(report => report.Pages.Complete));

    private bool AllNoted => noted.Count == context.Peers.Count;

    /// <summary>For the operator.</summary>
    public string WaitsFor
    {
        get
        {
            var silent = context.Peers.Where(peer => !noted.Contains(peer)).Select(peer => peer.Name).ToList();
            if (silent.Count > 0) return $"{string.Join(" and ", silent)} must take note of the new data directory";
            if (!EnoughReports) return $"the reports of {context.Quorum.Size} other replicas that are not recovering themselves";
            return $"slot {reports.Values.Max(report => report.TruncatedThrough)}, which others have dropped, must be known here";
        }
    }

    /// <summary>At a member that has taken note; the reply leaves once that, and all that it says, is durable.</summary>
    public static RecoverReply Answer(Acceptor acceptor, Log log, RecoverQuery query)
    {
        if (query.FromSlot == 0) return new RecoverReply(acceptor.Promised, 0, 0, 0, log.CommitIndex, log.TruncatedThrough, []);
        var (through, last, proposals) = acceptor.Report(query.PageFrom);
        return new RecoverReply(acceptor.Promised, query.PageFrom, through, last, log.CommitIndex, log.TruncatedThrough, proposals);
    }

    public void OnReply(NodeId from, RecoverReply reply)
    {
        noted.Add(from);
        if (reply.From == 0 || !reports.TryGetValue(from, out var report)) return;
        if (!report.Pages.Add(reply.From, reply.Through, reply.LastSlot, reply.TruncatedThrough)) return;
        report.Promised = Ballot.Max(report.Promised, reply.Promised);
        report.TruncatedThrough = Math.Max(report.TruncatedThrough, reply.TruncatedThrough);
        foreach (var proposal in reply.Proposals) report.Accepted[proposal.Slot] = proposal;
        if (!report.Pages.Complete) Ask(from, report);
    }

    /// <summary>Announces; then lets the learner catch up, since what others dropped must be known here before their reports say all.</summary>
    public void Tick()
    {
        if (!AllNoted)
        {
            foreach (var peer in context.Peers) Announce(peer);
            return;
        }

        if (reports.Count == 0 && learner.IsBehind) return;
        foreach (var peer in context.Peers)
        {
            if (!reports.TryGetValue(peer, out var report)) reports[peer] = report = new Report(context.Log.CommitIndex + 1);
            var due = report.Pages.AskedAt < 0 || context.Now - report.Pages.AskedAt >= context.Options.ResendInterval;
            if (!report.Pages.Complete && due) Ask(peer, report);
        }
    }

    /// <returns>True once this replica holds at least what the lost one promised and accepted: in the next write, all of it at once.</returns>
    public bool TryComplete()
    {
        if (!AllNoted || !EnoughReports) return false;
        if (reports.Values.Max(report => report.TruncatedThrough) > context.Log.CommitIndex) return false;
        acceptor.PromiseRecovered(reports.Values.Max(report => report.Promised));
        foreach (var proposal in reports.Values.SelectMany(report => report.Accepted.Values).OrderBy(proposal => proposal.Slot)) Take(proposal);
        return true;
    }

    private void Take(Proposal proposal)
    {
        if (context.Log.IsLearned(proposal.Slot)) return;
        if (proposal.Learned) learner.Learn(proposal.Slot, proposal.Ballot, proposal.Command);
        else if (context.Log.Find(proposal.Slot) is not { } known || known.Ballot < proposal.Ballot) acceptor.AcceptRecovered(proposal);
    }

    private void Announce(NodeId peer)
    {
        if (noted.Contains(peer)) return;
        if (announcedAt.TryGetValue(peer, out var at) && context.Now - at < context.Options.ResendInterval) return;
        announcedAt[peer] = context.Now;
        context.AnnounceWhenDurable(peer, new RecoverQuery(0, 0, context.Formation.Replaced));
    }

    private void Ask(NodeId peer, Report report)
    {
        report.Pages.AskedAt = context.Now;
        context.SendWhenDurable(peer, new RecoverQuery(report.FromSlot, report.Pages.NextSlot, []));
    }
}
