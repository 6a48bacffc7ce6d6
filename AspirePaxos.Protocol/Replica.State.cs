namespace AspirePaxos.Protocol;

/// <content>The state behind the log: snapshots, truncation, comparison of hashes, and recovery of a lost one.</content>
public sealed partial class Replica
{
    /// <summary>The state on disk is that after this slot, at least: what the log holds below may be dropped (rule 12).</summary>
    public void StateDurable(long appliedIndex)
    {
        Invariant.Holds(appliedIndex <= AppliedIndex, $"the state after slot {appliedIndex} is durable, applied is {AppliedIndex}");
        truncation.DurableState = Math.Max(truncation.DurableState, appliedIndex);
    }

    /// <summary>A <see cref="SnapshotRead"/> waits for the state after this slot, which is captured and being written: what comes after it is kept from now on.</summary>
    /// <param name="bytes">Of the snapshot, about: how much of the log is kept for it grows with them.</param>
    public void MakesSnapshot(Envelope query, long slot, long bytes) => truncation.Makes(query.From.Node, slot, bytes);

    /// <summary>Answers a <see cref="SnapshotRead"/>.</summary>
    /// <param name="data">Bytes of the snapshot from <paramref name="offset"/> on; not empty.</param>
    public void AnswerSnapshot(Envelope query, SnapshotId id, long offset, ReadOnlyMemory<byte> data)
    {
        truncation.Served(query.From.Node, id);
        context.ReplyNow(query, new SnapshotChunk(id, offset, data));
    }

    /// <summary>
    /// The host has checked a fetched snapshot and read its state, which replaces the one it had: at once in memory, and on disk in the
    /// write that says so. What was accepted above its slot stays, and so do promise and identity.
    /// </summary>
    /// <param name="time">The replicated clock of that state.</param>
    /// <returns>False where this replica has come as far by itself: the host drops the snapshot.</returns>
    public bool InstallSnapshot(long slot, long time)
    {
        var provider = snapshot.Provider;
        snapshot.End();
        if (slot <= CommitIndex || Rejection is not null) return false;
        Invariant.Holds(unapplied.Count == 0 && emitted == AppliedIndex, "a snapshot is installed between two slots");
        // Whatever the slots below held, this replica cannot tell whether it was what it proposed.
        if (leader is not null) StepDown(StepDownKind.Overtaken, $"the slots through {slot} were chosen without it");
        context.Log.InstallSnapshot(slot);
        context.Out.Install(slot);
        proposals.OnSnapshot(slot);
        AppliedIndex = emitted = slot;
        truncation.DurableState = Math.Max(truncation.DurableState, slot);
        logTime = Math.Max(logTime, time);
        forwarding.AppliedIndex = reads.AppliedIndex = slot;
        forwarding.AnswerApplied();
        reads.AnswerApplied();
        // Of all peers that one is sure to have kept what comes next.
        if (provider != NodeId.None && learner.IsBehind) learner.Ask(provider);
        return true;
    }

    /// <summary>The fetched snapshot is damaged or of another cluster: it is fetched again, from another peer first.</summary>
    public void RefuseSnapshot()
    {
        if (Rejection is null) snapshot.Refuse();
        else snapshot.End();
    }

    private void HearsHashes(HashReport? hashes)
    {
        divergence.Hears(hashes);
        StopIfDiverged();
    }

    private void StopIfDiverged()
    {
        if (divergence.Verdict is not { } verdict || Rejection is not null) return;
        if (leader is not null) StepDown(StepDownKind.Diverged, verdict);
        if (candidacy is not null) GiveUp(StepDownKind.Diverged, verdict);
        context.Formation.Stop($"This replica has stopped: {verdict}. Keep a copy of its data directory for whoever looks into it, and start the node on an empty one.");
    }

    private void TickRecovery()
    {
        recovery ??= new Recovery(context, acceptor, learner);
        learner.Tick();
        recovery.Tick();
        RecoverIfComplete();
    }

    private void RecoverIfComplete()
    {
        if (!context.Formation.Recovering || recovery is null || !recovery.TryComplete()) return;
        recovery = null;
        context.Formation.Recovered();
        election.BackOff();
    }

    /// <summary>What a lost directory said is counted up to here, and no further.</summary>
    private void TakeNote(Identity from, RecoverQuery query)
    {
        if (!context.Formation.OnRecover(from, query.Replaced)) return;
        leader?.Forget(from.Node);
        candidacy?.Forget(from.Node);
        divergence.Forget(from.Node);
    }

    /// <summary>It learns, and answers nothing that a quorum could count.</summary>
    private void OnRequestRecovering(Envelope envelope, Request request)
    {
        switch (request)
        {
            case Heartbeat heartbeat:
                learner.Hears(envelope.From.Node, heartbeat.CommitIndex);
                break;
            case Learn learn:
                learner.OnLearn(learn.Entries);
                break;
            case RecoverQuery { FromSlot: 0 } query:
                TakeNote(envelope.From, query);
                context.ReplyWhenDurable(envelope, new RecoverReply(Ballot.None, 0, 0, 0, 0, 0, []));
                return;
        }

        context.ReplyNow(envelope, new Refused(RefusalReason.Recovering, "this node lost its data directory and gathers what it may have promised"));
    }
}
