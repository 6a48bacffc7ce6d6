using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>
/// Watches every round that this replica leads, and keeps some of them for people: so many a second, and every one that is slow, traced,
/// given up or an election. Watching allocates nothing; the others are forgotten when they end.
/// </summary>
/// <remarks>
/// All but <see cref="Recent"/> belongs to the loop's thread. A kept round waits a moment for the answers that its outcome did not need, so
/// that the slowest peer is seen too.
/// </remarks>
/// <param name="tracer">Hears of the same events first.</param>
internal sealed class RoundRecorder(NodeId self, Mode mode, RoundTracer tracer, TimeProvider time)
{
    private const int KeptPerSecond = 50;

    /// <summary>More than a leader has under way; what comes on top is not watched.</summary>
    private const int MostOpen = 256;

    private const int MostSettling = 128;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly RateLimit rate = new(KeptPerSecond, time);
    private readonly List<WatchedRound> open = [];
    private readonly List<WatchedRound> settling = [];
    private readonly Stack<WatchedRound> spare = [];
    private WatchedRound? preparing;
    private long lastId;

    public RecentRounds Recent { get; } = new();

    /// <param name="write">Of the same turn.</param>
    public void OnRounds(List<RoundEvent> events, Write? write)
    {
        foreach (var happened in events)
        {
            switch (happened)
            {
                case RoundEvent.PrepareStarted prepare:
                    BeginPrepare(prepare, write);
                    break;
                case RoundEvent.Prepared prepared when preparing?.Ballot == prepared.Ballot:
                    preparing.LastSlot = prepared.RecoveredSlot;
                    EndPrepare(RoundOutcome.Promised, null);
                    break;
                case RoundEvent.AcceptStarted accept:
                    BeginAccept(accept, write);
                    break;
                case RoundEvent.Chosen chosen:
                    EndAccepts(RoundOutcome.Chosen, null, chosen.Ballot, chosen.Through);
                    break;
                case RoundEvent.SteppedDown stepped:
                    if (preparing?.Ballot == stepped.Ballot) EndPrepare(RoundOutcome.SteppedDown, stepped.Reason);
                    EndAccepts(RoundOutcome.SteppedDown, stepped.Reason, stepped.Ballot, long.MaxValue);
                    SettleEnded();
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>A request to a peer leaves.</summary>
    public void Sent(Envelope request)
    {
        if (request.Message is Prepare prepare)
        {
            if (preparing?.Ballot == prepare.Ballot) preparing.Sent(request, Now);
            return;
        }

        if (request.Message is not Accept accept) return;
        var last = accept.FirstSlot + accept.Commands.Count - 1;
        foreach (var round in open)
        {
            if (round.Ballot == accept.Ballot && round.FirstSlot <= last && round.LastSlot >= accept.FirstSlot) round.Sent(request, Now);
        }
    }

    public void Answered(Envelope request, Message reply)
    {
        if (request.Message is Prepare or Accept) OnEnded(request, NameOf(reply), Now);
    }

    /// <summary>No answer will come.</summary>
    public void Lost(Envelope request)
    {
        if (request.Message is Prepare or Accept) OnEnded(request, "lost", null);
    }

    /// <summary>The write of this sequence, and every earlier one, is durable.</summary>
    public void Persisted(long sequence)
    {
        if (preparing?.Write?.Sequence <= sequence) preparing.Persisted(Now);
        foreach (var round in open)
        {
            if (round.Write?.Sequence <= sequence) round.Persisted(Now);
        }

        if (settling.Count == 0) return;
        foreach (var round in settling)
        {
            if (round.Write?.Sequence <= sequence) round.Persisted(Now);
        }

        KeepSettled();
    }

    /// <summary>Every slot up to this one was applied here.</summary>
    public void Applied(long slot)
    {
        var any = false;
        foreach (var round in open)
        {
            if (round.LastSlot > slot) continue;
            any = true;
            if (round.IsOver) round.Applied(self, Now);
            else round.End(RoundOutcome.SteppedDown, "the slots were learned from another replica", Now);
        }

        if (any) SettleEnded(slot);
    }

    /// <summary>Now and then: what has been open for long is shown as such, and nobody waits longer for the last answers.</summary>
    public void Tick()
    {
        if (preparing is not null) KeepIfLong(preparing);
        foreach (var round in open) KeepIfLong(round);
        KeepSettled();
    }

    private long Now => time.GetTimestamp();

    private static string NameOf(Message reply) => reply switch
    {
        Accepted => "accepted",
        Promise => "promised",
        Nack => "nack",
        AlreadyChosen => "chosen",
        _ => "refused",
    };

    private void BeginPrepare(RoundEvent.PrepareStarted prepare, Write? write)
    {
        if (preparing is not null) EndPrepare(RoundOutcome.SteppedDown, "another ballot was prepared");
        Recent.CountSeen();
        preparing = Begin(RoundKind.Prepare, prepare.Ballot, prepare.FromSlot, prepare.FromSlot - 1, 0, tracer.TraceOf(prepare.Ballot));
        if (write is not null) preparing.WriteIssued(write, self, preparing.Started);
    }

    private void EndPrepare(RoundOutcome outcome, string? reason)
    {
        preparing!.End(outcome, reason, Now);
        Settle(preparing);
        preparing = null;
    }

    private void BeginAccept(RoundEvent.AcceptStarted accept, Write? write)
    {
        Recent.CountSeen();
        if (open.Count >= MostOpen) return;
        var trace = tracer.TraceOf(accept.Ballot, accept.FirstSlot);
        var round = Begin(RoundKind.Accept, accept.Ballot, accept.FirstSlot, accept.FirstSlot + accept.Slots - 1, accept.Commands, trace);
        if (write?.Sequence == accept.WriteSequence) round.WriteIssued(write, self, round.Started);
        open.Add(round);
    }

    private WatchedRound Begin(RoundKind kind, Ballot ballot, long firstSlot, long lastSlot, int commands, string? trace)
    {
        if (!spare.TryPop(out var round)) round = new WatchedRound();
        round.Begin(kind, ballot, firstSlot, lastSlot, commands, Now);
        round.TraceId = trace;
        return round;
    }

    private void EndAccepts(RoundOutcome outcome, string? reason, Ballot ballot, long through)
    {
        foreach (var round in open)
        {
            if (!round.IsOver && round.Ballot == ballot && round.LastSlot <= through) round.End(outcome, reason, Now);
        }
    }

    /// <summary>Chosen rounds stay open until they are applied, in the same turn.</summary>
    private void SettleEnded(long applied = 0)
    {
        var kept = 0;
        for (var i = 0; i < open.Count; i++)
        {
            var round = open[i];
            if (round.Outcome == RoundOutcome.SteppedDown || (round.IsOver && round.LastSlot <= applied)) Settle(round);
            else open[kept++] = round;
        }

        open.RemoveRange(kept, open.Count - kept);
    }

    private void Settle(WatchedRound round)
    {
        if (!IsWorthKeeping(round))
        {
            Forget(round);
            return;
        }

        settling.Add(round);
        KeepSettled();
    }

    /// <summary>In Simple mode every round prepares, and many are given up.</summary>
    private bool IsWorthKeeping(WatchedRound round) =>
        round.Id != 0 || round.TraceId is not null || time.GetElapsedTime(round.Started, round.Ended) > Round.Slow
        || (mode == Mode.Multi && (round.Kind == RoundKind.Prepare || round.Outcome == RoundOutcome.SteppedDown)) || rate.TryTake();

    private void OnEnded(Envelope request, string result, long? now)
    {
        preparing?.Answered(request, result, now);
        foreach (var round in open) round.Answered(request, result, now);
        var any = false;
        foreach (var round in settling) any |= round.Answered(request, result, now);
        if (any) KeepSettled();
    }

    private void KeepIfLong(WatchedRound round)
    {
        if (round.Id == 0 && time.GetElapsedTime(round.Started) > Patience) Keep(round);
    }

    /// <summary>Those that lack nothing, or waited long enough; in their order, since that is the order of their ids.</summary>
    private void KeepSettled()
    {
        var left = 0;
        var excess = settling.Count - MostSettling;
        for (var i = 0; i < settling.Count; i++)
        {
            var round = settling[i];
            if (i >= excess && !round.IsComplete && time.GetElapsedTime(round.Ended) <= Patience)
            {
                settling[left++] = round;
                continue;
            }

            Keep(round);
            Forget(round);
        }

        settling.RemoveRange(left, settling.Count - left);
    }

    private void Keep(WatchedRound round) =>
        Recent.Add(round.ToRound(round.Id == 0 ? ++lastId : round.Id, time.GetUtcNow().UtcDateTime, Now, time));

    private void Forget(WatchedRound round)
    {
        round.Forget();
        spare.Push(round);
    }
}
