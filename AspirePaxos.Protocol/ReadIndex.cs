namespace AspirePaxos.Protocol;

/// <summary>
/// Linearizable reads (rule 9): an index confirmed by a quorum in a round begun after the read arrived, then applied here. Reads that
/// wait together share a round; a round is never used again.
/// </summary>
internal sealed class ReadIndex(Context context)
{
    private readonly List<WaitingRead> waiting = [];
    private readonly List<WaitingRead> asked = [];
    private readonly List<(WaitingRead Read, long Index)> unapplied = [];
    private readonly Dictionary<NodeId, long> highest = [];
    private (long Sequence, long Index, List<WaitingRead> Reads)? round;
    private long sequence;
    private long askedAt;
    private long pausedUntil;

    /// <param name="Query">The follower's question it answers; null for a client of this node.</param>
    private sealed record WaitingRead(long RequestId, long Deadline, Envelope? Query);

    public long AppliedIndex { get; set; }

    /// <summary>The highest slot some confirmed read waits for.</summary>
    public long WantedIndex => unapplied.Count > 0 ? unapplied.Max(read => read.Index) : 0;

    public void Add(long requestId) => waiting.Add(new WaitingRead(requestId, context.Now + context.Options.RequestTimeout, null));

    /// <summary>Rule 16: the index needs no confirmation.</summary>
    public void AddLeased(long requestId)
    {
        unapplied.Add((new WaitingRead(requestId, context.Now + context.Options.RequestTimeout, null), context.Log.CommitIndex));
        AnswerApplied();
    }

    // ── At the leader ──

    public void OnQuery(Envelope envelope, ReadIndexQuery query, Leader? leader)
    {
        if (leader is null) context.ReplyNow(envelope, new ReadIndexReply(query.Sequence, -1, Ballot.None, context.Log.CommitIndex));
        else waiting.Add(new WaitingRead(0, context.Now + context.Options.RequestTimeout, envelope));
    }

    /// <summary>Begins a round for what waits, once the leader knows everything that was acknowledged before it led.</summary>
    public void Flush(Leader leader)
    {
        if (round is not null || waiting.Count == 0 || context.Log.CommitIndex < leader.RecoveredSlot) return;
        var index = context.Log.CommitIndex;
        leader.SendHeartbeat();
        round = (leader.ReadSequence, index, [.. waiting]);
        waiting.Clear();
        OnConfirmed(leader);
    }

    public void OnConfirmed(Leader leader)
    {
        if (round is not { } confirmed || leader.ConfirmedSequence < confirmed.Sequence) return;
        round = null;
        foreach (var read in confirmed.Reads)
        {
            if (read.Query is { Message: ReadIndexQuery query } envelope)
            {
                context.ReplyNow(envelope, new ReadIndexReply(query.Sequence, confirmed.Index, leader.Ballot, context.Log.CommitIndex));
            }
            else
            {
                unapplied.Add((read, confirmed.Index));
            }
        }

        AnswerApplied();
    }

    /// <summary>The round that was under way confirms nothing any more; others' questions go back, our own reads wait for the next leader.</summary>
    public void OnSteppedDown()
    {
        if (round is { } lost) waiting.AddRange(lost.Reads);
        round = null;
        waiting.RemoveAll(read =>
        {
            if (read.Query is not { Message: ReadIndexQuery query } envelope) return false;
            context.ReplyNow(envelope, new ReadIndexReply(query.Sequence, -1, Ballot.None, context.Log.CommitIndex));
            return true;
        });
    }

    // ── At a follower ──

    public void FlushTo(NodeId leader)
    {
        if (leader == NodeId.None || leader == context.Self.Node || context.Now < pausedUntil) return;
        if (asked.Count == 0 && waiting.Count == 0) return;
        if (asked.Count > 0 && context.Now - askedAt < context.Options.ResendInterval) return;
        BeginQuestion();
        context.SendNow(leader, new ReadIndexQuery(sequence));
    }

    public void OnReply(ReadIndexReply reply)
    {
        if (reply.Sequence != sequence || asked.Count == 0) return;
        if (reply.Index < 0)
        {
            AskAgain();
            return;
        }

        Confirmed(reply.Index);
    }

    /// <summary>The question got no answer; it is asked again, for the reads that came meanwhile too.</summary>
    public void OnUndelivered(ReadIndexQuery query)
    {
        if (query.Sequence == sequence) AskAgain();
    }

    /// <summary>Whoever was asked is the leader no more: the reads wait for the next one.</summary>
    public void AskAgain()
    {
        waiting.InsertRange(0, asked);
        asked.Clear();
        pausedUntil = context.Now + Math.Max(1, context.Options.HeartbeatInterval / 4);
    }

    // ── In Simple mode: the maximum over a quorum of the highest slots accepted, learned or truncated ──

    public ReadIndexReply AnswerSimple(ReadIndexQuery query) =>
        new(query.Sequence, context.Log.LastSlot, Ballot.None, context.Log.CommitIndex);

    public void FlushSimple()
    {
        if (asked.Count == 0 && waiting.Count == 0) return;
        if (asked.Count > 0 && context.Now - askedAt < context.Options.ResendInterval) return;
        BeginQuestion();
        highest.Clear();
        context.Broadcast(new ReadIndexQuery(sequence));
        CountSimple();
    }

    public void OnReplySimple(NodeId from, ReadIndexReply reply)
    {
        if (reply.Sequence != sequence || reply.Index < 0 || asked.Count == 0) return;
        highest[from] = reply.Index;
        CountSimple();
    }

    public void AnswerApplied()
    {
        unapplied.RemoveAll(waits =>
        {
            if (waits.Index > AppliedIndex) return false;
            context.Out.Ready.Reads.Add(new ReadCompletion(waits.Read.RequestId, true));
            return true;
        });
    }

    public void Tick()
    {
        Expire(waiting);
        Expire(asked);
        if (round is { } open) Expire(open.Reads);
        unapplied.RemoveAll(waits => waits.Read.Deadline <= context.Now && Fail(waits.Read));
    }

    private void BeginQuestion()
    {
        asked.AddRange(waiting);
        waiting.Clear();
        sequence++;
        askedAt = context.Now;
    }

    private void CountSimple()
    {
        if (!context.Quorum.Reached(highest.Count + 1)) return;
        Confirmed(Math.Max(context.Log.LastSlot, highest.Count > 0 ? highest.Values.Max() : 0));
    }

    private void Confirmed(long index)
    {
        unapplied.AddRange(asked.Select(read => (read, index)));
        asked.Clear();
        AnswerApplied();
    }

    private void Expire(List<WaitingRead> reads) => reads.RemoveAll(read => read.Deadline <= context.Now && Fail(read));

    private bool Fail(WaitingRead read)
    {
        if (read.Query is { Message: ReadIndexQuery query } envelope)
        {
            context.ReplyNow(envelope, new ReadIndexReply(query.Sequence, -1, Ballot.None, context.Log.CommitIndex));
        }
        else
        {
            context.Out.Ready.Reads.Add(new ReadCompletion(read.RequestId, false));
        }

        return true;
    }
}
