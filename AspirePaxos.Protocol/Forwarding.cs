namespace AspirePaxos.Protocol;

/// <summary>
/// Writes that a follower's clients gave it go to the leader by one hop (rule 8): never further, never twice. What comes back as not
/// proposed waits here for a leader until its deadline; a lost answer is an unknown outcome.
/// </summary>
internal sealed class Forwarding(Context context, Proposals proposals)
{
    private readonly Dictionary<long, PendingWrite> underWay = [];
    private readonly List<(PendingWrite Write, Outcome Outcome)> unapplied = [];
    private NodeId followed = NodeId.None;
    private long pausedUntil;
    private long nextSweep;

    /// <summary>The leader for those who ask in vain.</summary>
    public required Func<(NodeId Leader, Ballot Ballot)> Lead { get; init; }

    /// <summary>
    /// Another replica leads now, perhaps this one: what the last leader was given and has not answered may be in its log or not, and
    /// nobody waits for the answer of a replica that is paused or cut off.
    /// </summary>
    public void Follow(NodeId leader)
    {
        if (leader == NodeId.None || leader == followed) return;
        followed = leader;
        foreach (var write in underWay.Values) proposals.End(write, Outcome.Unknown);
        underWay.Clear();
    }

    public void Flush(NodeId leader)
    {
        if (leader == context.Self.Node || leader == NodeId.None || context.Now < pausedUntil) return;
        while (proposals.HasQueued)
        {
            var batch = proposals.TakeBatch();
            foreach (var write in batch)
            {
                Invariant.Holds(write.Forwarded is null, "a forwarded write is never forwarded again");
                underWay.Add(write.RequestId, write);
            }

            context.SendNow(leader, new Forward(0, batch.ConvertAll(write => new ForwardedCommand(write.RequestId, write.Command))));
        }
    }

    /// <summary>At the leader.</summary>
    /// <param name="proposing">Whether this replica leads and proposes.</param>
    public void OnForward(Envelope envelope, Forward forward, bool proposing)
    {
        if (forward.Commands.Count == 0)
        {
            context.ReplyNow(envelope, Answer([]));
            return;
        }

        var batch = new ForwardedBatch(envelope, forward.Commands.Count, ended => context.ReplyNow(ended.Request, Answer(ended.Outcomes)));
        foreach (var command in forward.Commands)
        {
            var write = new PendingWrite(command.RequestId, command.Command, context.Now + context.Options.RequestTimeout, batch);
            if (!proposing || forward.Hops > 0) batch.End(command.RequestId, Outcome.NotProposed);
            else if (!proposals.Admit(write)) batch.End(command.RequestId, Outcome.Overloaded);
        }
    }

    public void OnForwarded(Forwarded forwarded)
    {
        for (var i = forwarded.Outcomes.Count - 1; i >= 0; i--)
        {
            var (requestId, outcome) = forwarded.Outcomes[i];
            if (!underWay.Remove(requestId, out var write)) continue;
            if (outcome.Kind == OutcomeKind.NotProposed) Requeue(write);
            else if (outcome.Kind == OutcomeKind.Done) unapplied.Add((write, outcome));
            else proposals.End(write, outcome);
        }

        AnswerApplied();
    }

    public void OnUndelivered(Forward forward, bool delivered)
    {
        for (var i = forward.Commands.Count - 1; i >= 0; i--)
        {
            if (!underWay.Remove(forward.Commands[i].RequestId, out var write)) continue;
            if (delivered) proposals.End(write, Outcome.Unknown);
            else Requeue(write);
        }
    }

    /// <summary>What is done is answered once it is applied here too, so that a client finds its own write at the node it spoke to.</summary>
    public void AnswerApplied() => unapplied.RemoveAll(done =>
    {
        if (done.Outcome.Slot > AppliedIndex && done.Write.Deadline > context.Now) return false;
        proposals.End(done.Write, done.Outcome);
        return true;
    });

    public long AppliedIndex { get; set; }

    public void Tick()
    {
        AnswerApplied();
        if (context.Now < nextSweep) return;
        nextSweep = context.Now + context.Options.HeartbeatInterval;
        foreach (var (requestId, write) in underWay.ToArray())
        {
            if (write.Deadline > context.Now) continue;
            underWay.Remove(requestId);
            proposals.End(write, Outcome.Unknown);
        }
    }

    private void Requeue(PendingWrite write)
    {
        pausedUntil = context.Now + Math.Max(1, context.Options.HeartbeatInterval / 4);
        proposals.Requeue(write);
    }

    private Forwarded Answer(IReadOnlyList<ForwardedOutcome> outcomes)
    {
        var (leader, ballot) = Lead();
        return new Forwarded(outcomes, leader, leader == context.Self.Node ? ballot : Ballot.None, context.Log.CommitIndex);
    }
}
