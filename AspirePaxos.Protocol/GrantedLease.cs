namespace AspirePaxos.Protocol;

/// <summary>
/// What an acceptor owes to a leader that reads by lease (rule 16): having granted a lease to its ballot, it answers no other ballot's
/// Prepare or Accept, and prepares none of its own, until the time granted has passed on its own clock.
/// </summary>
/// <remarks>
/// Nothing of it is durable. After a start the acceptor does not know what it granted before, so it answers, for as long as any such lease
/// can last, only the ballot that it had durably promised: every lease that it can have granted was to that ballot or a higher one, and a
/// lower ballot does a lease no harm, since what it chose the holder has recovered.
/// </remarks>
internal sealed class GrantedLease(Context context, Ballot promisedBefore)
{
    private readonly int longest = context.Options.LeaseDuration;
    private readonly long startEnds = context.Options.LeaseDuration > 0 ? context.Now + context.Options.LeaseDuration : -1;
    private Ballot holder = Ballot.None;
    private long ends = -1;

    /// <summary>
    /// Granted since the last tick. Until the next one it has no end: the clock is as old as the last tick, and a process that was paused
    /// since would grant what is over before it is used.
    /// </summary>
    private int fresh;

    private bool Lasts => fresh > 0 || context.Now <= ends;

    private bool JustStarted => context.Now <= startEnds;

    /// <param name="handover">The ballot whose leader asked the sender to stand: it has given up its leases for good.</param>
    public bool Forbids(Ballot ballot, Ballot handover) =>
        (JustStarted && ballot != promisedBefore) || (ballot != holder && LastsBut(handover));

    /// <summary>No ballot of our own may be prepared now.</summary>
    public bool ForbidsStanding(Ballot handover) => JustStarted || LastsBut(handover);

    /// <returns>For how many milliseconds; 0: not at all.</returns>
    public int Grant(Ballot ballot, Ballot promised, int asked)
    {
        if (asked <= 0 || longest == 0 || ballot < promised || Forbids(ballot, Ballot.None)) return 0;
        var granted = Math.Min(asked, longest);
        holder = ballot;
        fresh = Math.Max(fresh, granted);
        return granted;
    }

    /// <summary>Another ballot is promised, and was allowed to: what was granted is over, or its holder has given it up.</summary>
    public void Promised(Ballot ballot)
    {
        if (ballot != holder) (holder, ends, fresh) = (Ballot.None, -1, 0);
    }

    /// <summary>The clock was read after everything that came before this.</summary>
    public void Tick()
    {
        if (fresh == 0) return;
        ends = Math.Max(ends, context.Now + fresh);
        fresh = 0;
    }

    private bool LastsBut(Ballot handover) => Lasts && (handover.IsNone || handover != holder);
}
