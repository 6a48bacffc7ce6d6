namespace AspirePaxos.Protocol;

/// <summary>A leader that leaves (rule 11): it proposes nothing new, waits until its best follower is up to date, and asks it to stand.</summary>
internal sealed class Departure(Context context)
{
    private long until = -1;
    private long askedAt = -1;

    public bool UnderWay => until >= 0;

    public void Begin()
    {
        if (!UnderWay) until = context.Now + (2L * context.Options.ElectionTimeout);
    }

    /// <summary>Nobody took over in time, or somebody did.</summary>
    public void End()
    {
        until = -1;
        askedAt = -1;
    }

    public void Tick(Leader leader)
    {
        if (!UnderWay) return;
        if (context.Now >= until)
        {
            End();
            return;
        }

        if (leader.SlotsInFlight > 0 || context.Peers.Count == 0) return;
        if (askedAt >= 0 && context.Now - askedAt < context.Options.ResendInterval) return;
        var best = context.Peers.Select(context.Peer).OrderByDescending(peer => peer.CommitIndex).ThenByDescending(peer => peer.LastHeard).First();
        if (best.CommitIndex < context.Log.CommitIndex) return;
        askedAt = context.Now;
        context.SendNow(best.Node, new Handover(leader.Ballot, context.Log.CommitIndex));
    }
}
