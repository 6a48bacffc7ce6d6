namespace AspirePaxos.Protocol;

/// <summary>
/// When a replica in <see cref="Mode.Simple"/> runs a round of its own (Paxos Made Simple §2): something waits, no other round is being
/// given way to, and the wait after a refusal is over. That wait is random, grows and is capped, so that duels end.
/// </summary>
internal sealed class SimpleRounds(Context context)
{
    private long waitUntil;
    private long deferUntil;
    private long deferredSlot;
    private int refusals;
    private long nextHeartbeat;

    public bool MayStart => context.Now >= waitUntil && (context.Now >= deferUntil || context.Log.CommitIndex >= deferredSlot);

    /// <summary>Another proposer's Prepare was promised: its slot comes first.</summary>
    public void Defer()
    {
        deferredSlot = Math.Max(context.Log.LastSlot, context.Log.CommitIndex + 1);
        deferUntil = context.Now + context.Random.Between(context.Options.ElectionTimeout / 8, context.Options.ElectionTimeout / 2);
    }

    public void Refused()
    {
        refusals = Math.Min(refusals + 1, 6);
        var longest = Math.Min(context.Options.ElectionTimeout, (context.Options.HeartbeatInterval / 8) << refusals);
        waitUntil = context.Now + context.Random.Between(1, Math.Max(2, longest));
    }

    public void Succeeded() => refusals = 0;

    public void Tick(Ballot promised, HashReport? hashes)
    {
        if (context.Now < nextHeartbeat) return;
        nextHeartbeat = context.Now + context.Options.HeartbeatInterval;
        context.Broadcast(new Heartbeat(promised, context.Log.CommitIndex, 0) { Hashes = hashes });
    }
}
