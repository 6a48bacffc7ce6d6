namespace AspirePaxos.Protocol;

/// <summary>
/// The lease of one leader (rule 16): as long as a quorum, itself included, has promised to answer no other ballot, nobody can choose
/// anything without it, and its CommitIndex is the index of a read.
/// </summary>
/// <remarks>It counts from before it asked, and less than was granted, so that its lease ends before those of the acceptors do.</remarks>
internal sealed class LeaderLease
{
    /// <summary>ε is one part in this many: the rates of two clocks differ by no more than this.</summary>
    private const int ClockRateDifference = 10;

    private readonly Context context;
    private readonly Dictionary<NodeId, long> ends = [];
    private long quorumEnds;
    private bool over;

    public LeaderLease(Context context)
    {
        this.context = context;
        quorumEnds = ReachedByQuorum();
    }

    /// <summary>Milliseconds, for the next heartbeat; 0: none.</summary>
    public int Asked => over ? 0 : context.Options.LeaseDuration;

    /// <param name="now">A reading of the clock taken after the read arrived.</param>
    public bool Holds(long now) => !over && context.Options.LeaseDuration > 0 && now < quorumEnds;

    /// <param name="sentAt">A reading of the clock before the heartbeat left that is answered.</param>
    public void Granted(NodeId from, long sentAt, int granted)
    {
        if (granted <= 0 || Asked == 0) return;
        var counted = Math.Min(granted, Asked);
        counted -= (counted + ClockRateDifference - 1) / ClockRateDifference;
        ends[from] = Math.Max(ends.GetValueOrDefault(from, -1), sentAt + counted);
        quorumEnds = ReachedByQuorum();
    }

    /// <summary>
    /// Its directory was lost, and the new one takes part once all have taken note: a lease of the old one, whose process may still run, binds
    /// nobody then.
    /// </summary>
    public void Forget(NodeId node)
    {
        if (ends.Remove(node)) quorumEnds = ReachedByQuorum();
    }

    /// <summary>For good, in this ballot: from here on others may let a successor in before their leases are over.</summary>
    public void End() => over = true;

    /// <remarks>Its own acceptor needs to grant nothing: where that promises another ballot, this one is led no more.</remarks>
    private long ReachedByQuorum()
    {
        Span<long> times = stackalloc long[context.Quorum.Members];
        var i = 0;
        times[i++] = long.MaxValue;
        foreach (var peer in context.Peers) times[i++] = ends.GetValueOrDefault(peer, -1);
        return context.Quorum.ReachedByQuorum(times);
    }
}
