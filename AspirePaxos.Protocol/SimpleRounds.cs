namespace AspirePaxos.Protocol;

/// <summary>
/// When a replica in <see cref="Mode.Simple"/> runs a round of its own (Paxos Made Simple §2): something waits, no other round is being
/// given way to, and the wait after a refusal is over. That wait is random, grows and is capped, so that duels end.
/// </summary>
internal sealed class SimpleRounds(Context context)
{
    /// <summary>
    /// Election timeouts that a wait never exceeds: twice what the longest round takes, two in phase 1 and two in phase 2, so that
    /// proposers who keep deposing each other leave one of them the time for it, however slow the links are.
    /// </summary>
    private const int LongestWait = 8;

    /// <summary>Failures that double the wait: up to the longest one.</summary>
    private const int MostFailures = 10;

    private long waitUntil;
    private long deferUntil;
    private long deferredSlot;
    private int failures;
    private long nextHeartbeat;

    /// <summary>Milliseconds: doubled by each failure.</summary>
    private long Longest =>
        failures == 0 ? 0 : Math.Min(LongestWait * (long)context.Options.ElectionTimeout, ((long)context.Options.HeartbeatInterval / 8) << failures);

    public bool MayStart => context.Now >= waitUntil && (context.Now >= deferUntil || context.Log.CommitIndex >= deferredSlot);

    /// <summary>
    /// Another proposer's Prepare was promised: its slot comes first. Each Prepare of one that hears no answers begins this anew, so it stays
    /// short of the interval at which one is sent again (seed 6095467); what gives slow rounds their time is the wait after a failure.
    /// </summary>
    public void Defer()
    {
        deferredSlot = Math.Max(context.Log.LastSlot, context.Log.CommitIndex + 1);
        deferUntil = context.Now + context.Random.Between(context.Options.ElectionTimeout / 8, context.Options.ElectionTimeout / 2);
    }

    /// <summary>
    /// A round of our own ended without success, for whatever reason: one that hears no answers must not depose the others all the more
    /// often for it (seed 6015590).
    /// </summary>
    public void Failed()
    {
        failures = Math.Min(failures + 1, MostFailures);
        waitUntil = context.Now + context.Random.Between(1, Math.Max(2, Longest));
    }

    public void Succeeded() => failures = 0;

    public void Tick(Ballot promised, HashReport? hashes)
    {
        if (context.Now < nextHeartbeat) return;
        nextHeartbeat = context.Now + context.Options.HeartbeatInterval;
        context.Broadcast(new Heartbeat(promised, context.Log.CommitIndex, 0) { Hashes = hashes });
    }
}
