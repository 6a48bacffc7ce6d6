using System.Diagnostics;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>
/// Turns what happens to rounds into spans: <c>paxos round</c> with children per phase (<c>paxos prepare</c>, <c>paxos accept</c>,
/// <c>paxos persist</c>, <c>paxos apply</c>) and one client span per request to a peer; on the acceptor's side <c>paxos acceptor
/// persist</c> under the server span of that request.
/// </summary>
/// <remarks>
/// A round is traced because a client's request in it is recorded, or because no request caused it (what a new leader recovers), and
/// only so many a second. Where the batch holds one request alone the round is its child; else it is a root, linked to each recorded
/// request in it. An untraced round creates nothing.
/// All instance methods belong to the loop's thread, since <see cref="Activity.Current"/> does not cross its channel; within one turn:
/// <see cref="OnRounds"/>, then <see cref="WriteIssued"/> (with null too), <see cref="StartPeerCall"/>, and <see cref="Applied"/>.
/// </remarks>
internal sealed class RoundTracer(NodeId node, Mode mode, int maxRoundsPerSecond, TimeProvider time)
{
    private readonly RateLimit rate = new(maxRoundsPerSecond, time);
    private readonly Dictionary<long, ActivityContext> requests = [];
    private readonly Dictionary<long, ActivityContext> forwards = [];
    private readonly List<TracedRound> rounds = [];
    private readonly List<ActivityContext> arrivals = [];
    private readonly List<TracedWrite> writes = [];
    private TracedRound? preparing;

    public static ActivitySource Source { get; } = new("AspirePaxos");

    /// <summary>A client's write was given this id for Propose.</summary>
    public void RequestArrived(long requestId, ActivityContext parent)
    {
        if (IsRecorded(parent)) requests[requestId] = parent;
    }

    /// <summary>It has its outcome.</summary>
    public void RequestEnded(long requestId)
    {
        if (requests.Count > 0) requests.Remove(requestId);
    }

    /// <summary>A peer's request is about to be given to Receive.</summary>
    /// <param name="server">The span of its HTTP request here.</param>
    public void Received(Envelope request, ActivityContext server)
    {
        if (!IsRecorded(server)) return;
        switch (request.Message)
        {
            case Forward:
                forwards[request.Token] = server;
                break;
            case Prepare or Accept or Learn:
                arrivals.Add(server);
                break;
            default:
                break;
        }
    }

    /// <summary>The request with this token was answered, or nobody waits for its answer any more.</summary>
    public void Replied(long token)
    {
        if (forwards.Count > 0) forwards.Remove(token);
    }

    public void OnRounds(IReadOnlyList<RoundEvent> events)
    {
        if (events.Count == 0) return;
        foreach (var happened in events)
        {
            switch (happened)
            {
                case RoundEvent.PrepareStarted prepare:
                    BeginPrepare(prepare);
                    break;
                case RoundEvent.Prepared prepared when preparing?.Ballot == prepared.Ballot:
                    preparing.Prepared = true;
                    Emit("paxos prepare", preparing.Span.Context, preparing.Started, Now);
                    break;
                case RoundEvent.AcceptStarted accept:
                    BeginAccept(accept);
                    break;
                case RoundEvent.Chosen chosen:
                    EndAccept(chosen);
                    break;
                case RoundEvent.SteppedDown stepped:
                    Abandon(stepped.Ballot, stepped.Reason);
                    break;
                default:
                    break;
            }
        }

        // A leader that found nothing to propose again: the round was phase 1 alone.
        if (preparing is { Prepared: true })
        {
            End(preparing);
            preparing = null;
        }
    }

    /// <summary>The write of this turn goes to the storage; null where the turn had none.</summary>
    public void WriteIssued(Write? write)
    {
        if (write is not null && (rounds.Count > 0 || preparing is not null || arrivals.Count > 0))
        {
            var now = Now;
            if (preparing is { WriteSequence: 0 })
            {
                preparing.WriteSequence = write.Sequence;
                writes.Add(new(write.Sequence, now, preparing.Span.Context, "paxos persist"));
            }

            foreach (var round in rounds)
            {
                if (round.WriteSequence == write.Sequence) writes.Add(new(write.Sequence, now, round.Span.Context, "paxos persist"));
            }

            foreach (var server in arrivals) writes.Add(new(write.Sequence, now, server, "paxos acceptor persist"));
        }

        arrivals.Clear();
    }

    /// <summary>The write of this sequence, and every earlier one, is durable.</summary>
    /// <param name="commitStarted">When its transaction began to be committed; null: it was not measured.</param>
    public void Persisted(long sequence, DateTimeOffset? commitStarted = null)
    {
        if (writes.Count == 0) return;
        var now = Now;
        foreach (var write in writes)
        {
            if (write.Sequence > sequence) continue;
            using var span = Begin(write.Name, ActivityKind.Internal, write.Parent, write.Issued);
            span?.SetTag("paxos.write_sequence", write.Sequence);
            if (commitStarted is { } started && started >= write.Issued) span?.AddEvent(new("commit started", started));
            span?.SetEndTime(now.UtcDateTime);
        }

        writes.RemoveAll(write => write.Sequence <= sequence);
    }

    /// <summary>Every slot up to this one was applied here.</summary>
    public void Applied(long slot)
    {
        if (rounds.Count == 0) return;
        foreach (var round in rounds)
        {
            if (round.LastSlot > slot) continue;
            if (round.Chosen is { } chosen) Emit("paxos apply", round.Span.Context, chosen, Now);
            else round.Span.SetStatus(ActivityStatusCode.Error, "The slot was learned from another replica.");
            End(round);
        }

        rounds.RemoveAll(round => round.LastSlot <= slot);
    }

    /// <summary>
    /// The span of a request to a peer that belongs to a traced round, or forwards a recorded request: its Id is the traceparent to
    /// send. Null, and no traceparent, for everything else. Ends with <see cref="EndPeerCall"/>.
    /// </summary>
    public Activity? StartPeerCall(Envelope envelope)
    {
        var (parent, path) = envelope.Message switch
        {
            Prepare prepare when preparing?.Ballot == prepare.Ballot => (preparing.Span.Context, "/paxos/prepare"),
            Accept accept => (RoundOf(accept.Ballot, accept.FirstSlot), "/paxos/accept"),
            Learn { Entries: [var first, ..] } => (RoundOf(first.Ballot, first.Slot), "/paxos/learn"),
            Forward forward => (RequestOf(forward), "/paxos/forward"),
            _ => (default, ""),
        };
        if (parent == default) return null;

        var span = Begin("POST " + path, ActivityKind.Client, parent, Now);
        span?.SetTag("paxos.peer", envelope.To.Node.Name);
        span?.SetTag("http.request.method", "POST");
        span?.SetTag("server.address", envelope.To.Node.Name);
        span?.SetTag("url.path", path);
        Activity.Current = null;
        return span;
    }

    /// <summary>Safe from any thread.</summary>
    /// <param name="reply">Null where none came.</param>
    public static void EndPeerCall(Activity? span, Reply? reply)
    {
        if (span is null) return;
        if (reply is null) span.SetStatus(ActivityStatusCode.Error, "No answer.");
        else span.SetTag("paxos.reply", reply.GetType().Name);
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private static bool IsRecorded(ActivityContext context) => (context.TraceFlags & ActivityTraceFlags.Recorded) != 0;

    private void BeginPrepare(RoundEvent.PrepareStarted prepare)
    {
        if (preparing is not null) Abandon(preparing.Ballot, "Another ballot was prepared.");
        if (!Source.HasListeners()) return;

        // In Simple mode every round prepares: one whose waiting requests are not recorded is like any other unrecorded round.
        if ((mode == Mode.Simple && requests.Count == 0) || !rate.TryTake()) return;
        var parent = mode == Mode.Simple && requests.Count == 1 ? requests.First().Value : default;
        if (StartRound(prepare.Ballot, parent, []) is { } round) preparing = round;
    }

    private void BeginAccept(RoundEvent.AcceptStarted accept)
    {
        if (!Source.HasListeners()) return;
        var causes = Recorded(accept);
        TracedRound? round = null;
        if (preparing is { Prepared: true } prepared && prepared.Ballot == accept.Ballot)
        {
            round = prepared;
            preparing = null;
            foreach (var cause in causes)
            {
                if (cause.SpanId != round.Span.ParentSpanId) round.Span.AddLink(new(cause));
            }
        }
        else if ((causes.Count > 0 || accept.RequestIds.Count == 0) && rate.TryTake())
        {
            var alone = causes.Count == 1 && accept.Commands == 1;
            round = StartRound(accept.Ballot, alone ? causes[0] : default, alone ? [] : causes);
        }

        if (round is null) return;
        round.BeginAccept(accept, Now);
        rounds.Add(round);
    }

    private void EndAccept(RoundEvent.Chosen chosen)
    {
        foreach (var round in rounds)
        {
            if (round.Ballot != chosen.Ballot || round.LastSlot > chosen.Through || round.Chosen is not null) continue;
            round.Chosen = Now;
            Emit("paxos accept", round.Span.Context, round.AcceptStarted, round.Chosen.Value);
        }
    }

    private void Abandon(Ballot ballot, string reason)
    {
        foreach (var round in rounds.Where(round => round.Ballot == ballot && round.Chosen is null).ToArray())
        {
            round.Span.SetStatus(ActivityStatusCode.Error, reason);
            Emit("paxos accept", round.Span.Context, round.AcceptStarted, Now);
            End(round);
            rounds.Remove(round);
        }

        if (preparing?.Ballot != ballot) return;
        preparing.Span.SetStatus(ActivityStatusCode.Error, reason);
        if (!preparing.Prepared) Emit("paxos prepare", preparing.Span.Context, preparing.Started, Now);
        End(preparing);
        preparing = null;
    }

    private List<ActivityContext> Recorded(RoundEvent.AcceptStarted accept)
    {
        var recorded = new List<ActivityContext>();
        if (requests.Count > 0)
        {
            foreach (var id in accept.RequestIds)
            {
                if (requests.TryGetValue(id, out var context)) recorded.Add(context);
            }
        }

        return recorded;
    }

    private ActivityContext RoundOf(Ballot ballot, long slot)
    {
        foreach (var round in rounds)
        {
            if (round.Covers(ballot, slot)) return round.Span.Context;
        }

        return default;
    }

    private ActivityContext RequestOf(Forward forward)
    {
        if (requests.Count == 0) return default;
        foreach (var command in forward.Commands)
        {
            if (requests.TryGetValue(command.RequestId, out var context)) return context;
        }

        return default;
    }

    private TracedRound? StartRound(Ballot ballot, ActivityContext parent, List<ActivityContext> linked)
    {
        var now = Now;
        var span = Begin("paxos round", ActivityKind.Internal, parent, now, linked.Select(context => new ActivityLink(context)));
        if (span is null) return null;
        span.SetTag("paxos.ballot", ballot.ToString());
        span.SetTag("paxos.slots", 0);
        Activity.Current = null;
        return new TracedRound(span, ballot, now);
    }

    private static void End(TracedRound round)
    {
        round.Span.Stop();
        Activity.Current = null;
    }

    private void Emit(string name, ActivityContext parent, DateTimeOffset started, DateTimeOffset ended)
    {
        using var span = Begin(name, ActivityKind.Internal, parent, started);
        span?.SetEndTime(ended.UtcDateTime);
    }

    private Activity? Begin(
        string name, ActivityKind kind, ActivityContext parent, DateTimeOffset started, IEnumerable<ActivityLink>? links = null)
    {
        // Without a parent StartActivity would take Activity.Current for one.
        Activity.Current = null;
        var span = Source.StartActivity(name, kind, parent, links: links, startTime: started);
        span?.SetTag("paxos.node", node.Name);
        return span;
    }
}
