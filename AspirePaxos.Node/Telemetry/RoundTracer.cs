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
/// Every method belongs to the loop's thread. Within one turn: <see cref="Received"/> or <see cref="Proposed"/>, <see cref="OnRounds"/>,
/// <see cref="WriteIssued"/>, <see cref="ContextFor"/>, <see cref="Applied"/>.
/// </remarks>
public sealed class RoundTracer
{
    private readonly Mode mode;
    private readonly TimeProvider time;
    private readonly RateLimit rate;
    private readonly Spans spans;
    private readonly PeerSpans peers;
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
        peers = new PeerSpans(spans);
        persists = new PersistSpans(spans);
    }

    /// <summary>A client's write came in; its id turns up in <see cref="RoundEvent.AcceptStarted.RequestIds"/>.</summary>
    public void Proposed(long requestId, ActivityContext client)
    {
        if (Spans.IsRecorded(client)) requests[requestId] = client;
    }

    /// <summary>A client's write has its outcome.</summary>
    public void Completed(long requestId)
    {
        if (requests.Count > 0) requests.Remove(requestId);
    }

    /// <summary>A peer's request came in.</summary>
    /// <param name="sender">This node's server span for it, default where it is not traced.</param>
    public void Received(Envelope request, ActivityContext sender)
    {
        if (!Spans.IsRecorded(sender)) return;
        if (request.Message is Forward) forwards[request.Token] = sender;
        else if (request.Message is Prepare or Accept or Learn) persists.Arrived(sender);
    }

    /// <summary>A peer's request was answered, or nobody waits for the answer any more.</summary>
    /// <param name="token">Of its envelope.</param>
    public void Answered(long token)
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

    /// <summary>One commit made these writes durable. Times are UTC.</summary>
    public void Persisted(long firstSequence, long lastSequence, DateTime start, DateTime end)
    {
        Invariant.Holds(firstSequence <= lastSequence);
        persists.Persisted(lastSequence, start, end);
    }

    /// <summary>A slot was applied here. Times are UTC.</summary>
    public void Applied(long slot, DateTime start, DateTime end)
    {
        if (rounds.Count == 0) return;
        foreach (var round in rounds)
        {
            if (round.LastSlot > slot) continue;
            if (round.Chosen) spans.Emit("paxos apply", round.Span.Context, start, end);
            else round.Span.SetStatus(ActivityStatusCode.Error, "The slot was learned from another replica.");
            Spans.End(round.Span, end);
        }

        rounds.RemoveAll(round => round.LastSlot <= slot);
    }

    /// <summary>
    /// What a request to a peer carries as <c>traceparent</c>; default: nothing. Begins a span, which <see cref="Replied"/> or
    /// <see cref="Unanswered"/> ends.
    /// </summary>
    public ActivityContext ContextFor(Envelope request)
    {
        var parent = request.Message switch
        {
            Prepare prepare when preparing?.Ballot == prepare.Ballot => preparing.Span.Context,
            Accept accept => RoundOf(accept.Ballot, accept.FirstSlot),
            Learn { Entries: [var first, ..] } => RoundOf(first.Ballot, first.Slot),
            Forward forward => RequestOf(forward),
            _ => default,
        };
        return parent == default ? default : peers.Begin(request, parent, Now);
    }

    /// <summary>A peer answered <paramref name="request"/>, the very object given to <see cref="ContextFor"/>. Times are UTC.</summary>
    public void Replied(Envelope request, Envelope reply, DateTime start, DateTime end) => peers.Replied(request, reply, start, end);

    /// <summary>No reply came, or the request was never sent.</summary>
    public void Unanswered(Envelope request) => peers.Unanswered(request, Now);

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
            if (round.Ballot != chosen.Ballot || round.LastSlot > chosen.Through || round.Chosen) continue;
            round.Chosen = true;
            spans.Emit("paxos accept", round.Span.Context, round.AcceptStarted, Now);
        }
    }

    private void Abandon(Ballot ballot, string reason)
    {
        foreach (var round in rounds.Where(round => round.Ballot == ballot && !round.Chosen).ToArray())
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
    private static bool IsOwn(RoundEvent.AcceptStarted accept) => accept.RequestIds.Count == 0;

    private List<ActivityContext> Recorded(RoundEvent.AcceptStarted accept)
    {
        var recorded = new List<ActivityContext>();
        if (requests.Count == 0) return recorded;
        foreach (var id in accept.RequestIds)
        {
            if (requests.TryGetValue(id, out var context)) recorded.Add(context);
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
        var span = spans.Begin("paxos round", ActivityKind.Internal, parent, now, linked.Select(context => new ActivityLink(context)));
        if (span is null) return null;
        span.SetTag("paxos.ballot", ballot.ToString());
        span.SetTag("paxos.slots", 0);
        return new TracedRound(span, ballot, now);
    }
}
