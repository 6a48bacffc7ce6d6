using System.Diagnostics;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>
/// Turns what the loop sees into spans: <c>paxos round</c> with children per phase (<c>paxos prepare</c>, <c>paxos accept</c>,
/// <c>paxos persist</c>, <c>paxos apply</c>) and one client span per request to a peer; on the acceptor's side <c>paxos acceptor
/// persist</c> under the server span of that request.
/// </summary>
/// <remarks>
/// A round is traced because a client's request in it is recorded, or because no request caused it (what a new leader recovers), and
/// only so many a second. Where the batch holds one request alone the round is its child; else it is a root, linked to each recorded
/// request in it. An untraced round creates nothing.
/// Every instance method belongs to the loop's thread. Within one turn: <see cref="RequestArrived"/> or <see cref="Received"/>,
/// <see cref="OnRounds"/>, <see cref="WriteIssued"/>, <see cref="StartPeerCall"/>, <see cref="Applied"/>.
/// </remarks>
public sealed class RoundTracer
{
    private readonly Mode mode;
    private readonly TimeProvider time;
    private readonly RateLimit rate;
    private readonly Spans spans;
    private readonly PersistSpans persists;
    private readonly Dictionary<long, ActivityContext> requests = [];
    private readonly Dictionary<long, ActivityContext> forwards = [];
    private readonly List<TracedRound> rounds = [];
    private TracedRound? preparing;

    public RoundTracer(NodeId node, Mode mode, int maxRoundsPerSecond, TimeProvider time)
    {
        this.mode = mode;
        this.time = time;
        rate = new RateLimit(maxRoundsPerSecond, time);
        spans = new Spans(node);
        persists = new PersistSpans(spans);
    }

    /// <summary>A client's write was given this id for Propose.</summary>
    public void RequestArrived(long requestId, ActivityContext parent)
    {
        if (Spans.IsRecorded(parent)) requests[requestId] = parent;
    }

    /// <summary>A client's write has its outcome.</summary>
    public void RequestEnded(long requestId)
    {
        if (requests.Count > 0) requests.Remove(requestId);
    }

    /// <summary>A peer's request came in.</summary>
    /// <param name="server">The span of its HTTP request here, default where it is not traced.</param>
    public void Received(Envelope request, ActivityContext server)
    {
        if (!Spans.IsRecorded(server)) return;
        if (request.Message is Forward) forwards[request.Token] = server;
        else if (request.Message is Prepare or Accept or Learn) persists.Arrived(server);
    }

    /// <summary>A peer's request was answered, or nobody waits for the answer any more.</summary>
    /// <param name="token">Of its envelope.</param>
    public void Replied(long token)
    {
        if (forwards.Count > 0) forwards.Remove(token);
    }

    /// <summary>Before the write, the messages and the completions of the same <see cref="Ready"/> are handled.</summary>
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
                case RoundEvent.Prepared prepared:
                    EndPrepare(prepared);
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
                    throw new UnreachableException();
            }
        }

        // A leader that found nothing to propose again: the round was phase 1 alone.
        if (preparing is not { Prepared: true }) return;
        Spans.End(preparing.Span, Now);
        preparing = null;
    }

    /// <summary>The write of this turn goes to the storage; null where the turn had none.</summary>
    public void WriteIssued(Write? write)
    {
        if (rounds.Count == 0 && preparing is null && persists.IsIdle) return;
        persists.Issued(write, Now, preparing is null ? rounds : rounds.Append(preparing));
    }

    /// <summary>The write of this sequence, and every earlier one, is durable.</summary>
    /// <param name="commitStarted">When its transaction began to be committed; null: it was not measured.</param>
    public void Persisted(long sequence, DateTimeOffset? commitStarted = null) => persists.Persisted(sequence, commitStarted?.UtcDateTime, Now);

    /// <summary>Every slot up to this one was applied here.</summary>
    public void Applied(long slot)
    {
        if (rounds.Count == 0) return;
        var now = Now;
        foreach (var round in rounds)
        {
            if (round.LastSlot > slot) continue;
            if (round.Chosen is { } chosen) spans.Emit("paxos apply", round.Span.Context, chosen, now);
            else round.Span.SetStatus(ActivityStatusCode.Error, "The slot was learned from another replica.");
            Spans.End(round.Span, now);
        }

        rounds.RemoveAll(round => round.LastSlot <= slot);
    }

    /// <summary>
    /// The span of a request to a peer that belongs to a traced round, or forwards a recorded request: its Id is the traceparent to
    /// send. Null, and no traceparent, for everything else.
    /// </summary>
    public Activity? StartPeerCall(Envelope request)
    {
        var (path, parent) = request.Message switch
        {
            Prepare prepare when preparing?.Ballot == prepare.Ballot => ("/paxos/prepare", preparing.Span.Context),
            Accept accept => ("/paxos/accept", RoundOf(accept.Ballot, accept.FirstSlot)),
            Learn { Entries: [.., var last] } => ("/paxos/learn", RoundOf(last.Ballot, last.Slot)),
            Forward forward => ("/paxos/forward", RequestOf(forward)),
            _ => ("", default),
        };
        if (parent == default) return null;
        var span = spans.Begin("POST " + path, ActivityKind.Client, parent, Now);
        if (span is null) return null;
        var peer = request.To.Node.Name;
        span.SetTag("paxos.peer", peer);
        span.SetTag("http.request.method", "POST");
        span.SetTag("server.address", peer);
        span.SetTag("url.full", $"http://{peer}{path}");
        return span;
    }

    /// <summary>Ends what <see cref="StartPeerCall"/> began. Safe from any thread.</summary>
    /// <param name="reply">Null where none came.</param>
    /// <param name="outcome">Why none came, in one of a few words.</param>
    public static void EndPeerCall(Activity? span, Reply? reply, string outcome)
    {
        if (span is null) return;
        if (reply is null) span.SetStatus(ActivityStatusCode.Error, "No reply came.").SetTag("error.type", outcome);
        else span.SetTag("paxos.reply", reply.GetType().Name);
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }

    /// <summary>The trace of the round that proposes this slot; null where it is not traced.</summary>
    public string? TraceOf(Ballot ballot, long slot) =>
        rounds.Count > 0 && RoundOf(ballot, slot) is { TraceId: var trace } context && context != default ? trace.ToHexString() : null;

    /// <summary>The trace of the phase 1 under way; null where it is not traced.</summary>
    public string? TraceOf(Ballot ballot) => preparing?.Ballot == ballot ? preparing.Span.TraceId.ToHexString() : null;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private void BeginPrepare(RoundEvent.PrepareStarted prepare)
    {
        if (preparing is not null) Abandon(preparing.Ballot, "Another ballot was prepared.");
        if (!Spans.Source.HasListeners()) return;

        // In Simple mode every round prepares: one whose waiting requests are not recorded is like any other unrecorded round.
        if ((mode == Mode.Simple && requests.Count == 0) || !rate.TryTake()) return;
        preparing = StartRound(prepare.Ballot, mode == Mode.Simple && requests.Count == 1 ? requests.First().Value : default, []);
    }

    private void EndPrepare(RoundEvent.Prepared prepared)
    {
        if (preparing is null || preparing.Ballot != prepared.Ballot) return;
        preparing.Prepared = true;
        preparing.Span.SetTag("paxos.recovered_slot", prepared.RecoveredSlot);
        spans.Emit("paxos prepare", preparing.Span.Context, preparing.Started, Now);
    }

    private void BeginAccept(RoundEvent.AcceptStarted accept)
    {
        if (!Spans.Source.HasListeners()) return;
        var causes = Recorded(accept);
        TracedRound? round = null;
        if (preparing is { Prepared: true } && preparing.Ballot == accept.Ballot)
        {
            round = preparing;
            preparing = null;
            foreach (var cause in causes)
            {
                if (cause.SpanId != round.Span.ParentSpanId) round.Span.AddLink(new(cause));
            }
        }
        else if ((causes.Count > 0 || IsOwn(accept)) && rate.TryTake())
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
            spans.Emit("paxos accept", round.Span.Context, round.AcceptStarted, round.Chosen.Value);
        }
    }

    private void Abandon(Ballot ballot, string reason)
    {
        foreach (var round in rounds.Where(round => round.Ballot == ballot && round.Chosen is null).ToArray())
        {
            spans.Emit("paxos accept", round.Span.Context, round.AcceptStarted, Now);
            round.Span.SetStatus(ActivityStatusCode.Error, reason);
            Spans.End(round.Span, Now);
            rounds.Remove(round);
        }

        if (preparing?.Ballot != ballot) return;
        if (!preparing.Prepared) spans.Emit("paxos prepare", preparing.Span.Context, preparing.Started, Now);
        preparing.Span.SetStatus(ActivityStatusCode.Error, reason);
        Spans.End(preparing.Span, Now);
        preparing = null;
    }

    /// <summary>What a leader proposes of itself: recovered commands and NoOps.</summary>
    private static bool IsOwn(RoundEvent.AcceptStarted accept) => accept.RequestIds.Count == 0 && accept.ForwardTokens.Count == 0;

    private List<ActivityContext> Recorded(RoundEvent.AcceptStarted accept)
    {
        var recorded = new List<ActivityContext>();
        if (requests.Count > 0) Add(requests, accept.RequestIds);
        if (forwards.Count > 0) Add(forwards, accept.ForwardTokens);
        return recorded;

        void Add(Dictionary<long, ActivityContext> contexts, IReadOnlyList<long> ids)
        {
            foreach (var id in ids)
            {
                if (contexts.TryGetValue(id, out var context)) recorded.Add(context);
            }
        }
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
        var span = spans.Begin("paxos round", ActivityKind.Internal, parent, now, linked.Select(context => new ActivityLink(context)));
        if (span is null) return null;
        span.SetTag("paxos.ballot", ballot.ToString());
        span.SetTag("paxos.slots", 0);
        return new TracedRound(span, ballot, now);
    }
}
