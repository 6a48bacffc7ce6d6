namespace AspirePaxos.Protocol;

/// <content>Standing, leading, proposing and stepping down, in both modes.</content>
public sealed partial class Replica
{
    private bool LeadsWithQuorum(Question question) =>
        leader is not null && question.Handover != leader.Ballot && context.Now - leader.ConfirmedAt < Options.ElectionTimeout;

    /// <summary>Another's ballot at or above our own promise: whatever we lead or stand for is over.</summary>
    private void GiveWayTo(Ballot ballot)
    {
        if (leader is not null && ballot > leader.Ballot) StepDown(StepDownKind.HigherBallot, $"{ballot} leads");
        if (candidacy is not null && ballot > candidacy.Ballot) GiveUp(StepDownKind.HigherBallot, $"{ballot} leads");
    }

    private void TickElection()
    {
        election.Tick(Stuck);
        if (election.MayStand) Stand();
    }

    private void TickSimple()
    {
        rounds.Tick(Promised, divergence.Report);
        if (leader is { SlotsInFlight: 0 } && CommitIndex >= leader.RecoveredSlot) EndSimpleRound();
    }

    private void Stand()
    {
        Invariant.Holds(leader is null && candidacy is null);
        election.BackOff();
        var handover = Options.LeaseDuration > 0 ? election.StandsFor : Ballot.None;
        if (acceptor.Lease.ForbidsStanding(handover)) return;
        candidacy = new Candidacy(context, acceptor, handover);
        LeadIfWon();
    }

    private void LeadIfWon()
    {
        if (candidacy is null) return;
        if (candidacy.MissingFrom is { Name.Length: > 0 } missing && !learner.IsBehind) learner.Ask(missing);
        if (!candidacy.Won) return;
        var won = candidacy;
        candidacy = null;
        leader = new Leader(context, acceptor, learner, won, logTime);
        departure.End();
        reads.AskAgain();
        leader.Recover(won);
        if (Simple) ProposeSimple(leader);
        leader.Flush();
        if (!Simple) leader.SendHeartbeat();
        StepDownIfLost();
    }

    private bool Stuck => context.Out.OldestPending is { } since && context.Now - since > Options.ElectionTimeout;

    private void StepDownIfLost()
    {
        if (leader is null) return;
        if (leader.Refused) StepDown(StepDownKind.HigherBallot, "a higher ballot is promised here");
        else if (Stuck) StepDown(StepDownKind.DiskStuck, "a write to disk does not end");
        else if (!Simple && context.Now - leader.ConfirmedAt > Options.ElectionTimeout) StepDown(StepDownKind.NoQuorum, "no quorum answers");
        else if (Simple && context.Now - leader.StartedAt > 2L * Options.ElectionTimeout) StepDown(StepDownKind.NoQuorum, "no quorum accepted in time");
    }

    private void StepDown(StepDownKind kind, string reason)
    {
        var ballot = leader!.Ballot;
        leader = null;
        departure.End();
        reads.OnSteppedDown();
        if (Simple)
        {
            rounds.Failed();
        }
        else
        {
            proposals.Abandon();
            proposals.ReturnForwarded();
            election.BackOff();
        }

        context.Out.Ready.Rounds.Add(new RoundEvent.SteppedDown(ballot, kind, reason));
    }

    private void GiveUp(StepDownKind kind, string reason)
    {
        var ballot = candidacy!.Ballot;
        candidacy = null;
        if (Simple) rounds.Failed();
        else election.BackOff();
        context.Out.Ready.Rounds.Add(new RoundEvent.SteppedDown(ballot, kind, reason));
    }

    private void Flush()
    {
        if (Simple)
        {
            FlushSimple();
            return;
        }

        forwarding.Follow(Leader);
        if (leader is not null)
        {
            if (Proposing) ProposeQueued(leader);
            leader.Flush();
            StepDownIfLost();
        }

        if (leader is not null)
        {
            reads.Flush(leader);
        }
        else
        {
            forwarding.Flush(Leader);
            reads.FlushTo(Leader);
        }
    }

    private void ProposeQueued(Leader proposer)
    {
        var first = proposer.NextSlot;
        var batches = new List<List<PendingWrite>>();
        while (proposals.HasQueued && MayBegin(proposer) && !proposer.Refused)
        {
            batches.Add(ProposeBatch(proposer));
        }

        ReportRound(proposer, first, batches);
    }

    /// <summary>
    /// The first rounds begin at once, however few commands they hold; beyond them a round must be worth its messages and syncs, since
    /// what waits a moment longer shares them.
    /// </summary>
    private bool MayBegin(Leader proposer) =>
        proposer.SlotsInFlight < Options.SlotsAtOnce
        || (proposer.SlotsInFlight < Options.MaxSlotsInFlight && (proposals.Queued >= Options.WorthwhileCommands || proposals.QueuedBytes >= Options.WorthwhileBytes));

    /// <summary>
    /// Expiries follow from the log alone (rule 7): where no command comes by itself, an empty one moves its clock on. In Simple mode
    /// they wait for the next command.
    /// </summary>
    private void ProposeExpiry()
    {
        if (leader is null || !Proposing || Simple || leader.SlotsInFlight > 0 || proposals.HasQueued) return;
        if (CommitIndex < leader.RecoveredSlot || AppliedIndex < CommitIndex || leader.LogTime < NextExpiry) return;
        leader.Propose(proposals.Encode([], leader.LogTime));
        leader.Flush();
    }

    private List<PendingWrite> ProposeBatch(Leader proposer)
    {
        var batch = proposals.TakeBatch();
        var command = proposals.Encode(batch, proposer.LogTime);
        proposals.Bind(proposer.NextSlot, command, batch);
        proposer.Propose(command);
        return batch;
    }

    private void ReportRound(Leader proposer, long first, List<List<PendingWrite>> batches)
    {
        if (batches.Count == 0) return;
        var writes = batches.SelectMany(batch => batch).ToList();
        context.Out.Ready.Rounds.Add(new RoundEvent.AcceptStarted(
            proposer.Ballot, first, batches.Count, writes.Count, context.Quorum.Size, context.Out.Sequence,
            [.. writes.Where(write => write.Forwarded is null).Select(write => write.RequestId)],
            [.. writes.Where(write => write.Forwarded is not null).Select(write => write.Forwarded!.Request.Token).Distinct()]));
    }

    private void FlushSimple()
    {
        reads.FlushSimple();
        var wanted = proposals.HasQueued || proposals.HasUnresolved || MissesWantedSlot;
        if (leader is null && candidacy is null && wanted && !Stuck && rounds.MayStart) Stand();
        leader?.Flush();
        if (leader is { SlotsInFlight: 0 } && CommitIndex >= leader.RecoveredSlot) EndSimpleRound();
    }

    /// <summary>
    /// A read waits for a slot that others accepted and whose Learn does not come, perhaps since the only one who learned it is gone:
    /// a round of our own finds out.
    /// </summary>
    private bool MissesWantedSlot => reads.WantedIndex > CommitIndex && (!learner.IsBehind || learner.Stalled >= Options.ElectionTimeout);

    /// <summary>The batch goes into the first new slot, unless an earlier one of ours is still bound to a slot just proposed again.</summary>
    private void ProposeSimple(Leader proposer)
    {
        if (proposals.HasUnresolved || !proposals.HasQueued || proposer.Refused) return;
        var first = proposer.NextSlot;
        ReportRound(proposer, first, [ProposeBatch(proposer)]);
    }

    private void EndSimpleRound()
    {
        var from = Math.Max(leader!.FirstSlot, 1);
        leader = null;
        rounds.Succeeded();
        var entries = learner.OnQuery(new LearnQuery(from, Options.MaxMessageSlots)).Entries;
        if (entries.Count > 0) context.Broadcast(new Learn(entries));
    }
}
