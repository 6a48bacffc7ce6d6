using System.Diagnostics;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>The client spans of traced requests to peers, from their sending to their reply.</summary>
internal sealed class PeerSpans(Spans spans)
{
    private readonly Dictionary<Envelope, Activity> open = new(ReferenceEqualityComparer.Instance);

    /// <returns>The context to send as traceparent.</returns>
    public ActivityContext Begin(Envelope request, ActivityContext parent, DateTime now)
    {
        var path = request.Message switch
        {
            Prepare => "/paxos/prepare",
            Accept => "/paxos/accept",
            Learn => "/paxos/learn",
            _ => "/paxos/forward",
        };
        var span = spans.Begin("POST " + path, ActivityKind.Client, parent, now);
        if (span is null) return default;
        span.SetTag("paxos.peer", request.To.Node.Name);
        span.SetTag("http.request.method", "POST");
        span.SetTag("url.path", path);
        open[request] = span;
        return span.Context;
    }

    public void Replied(Envelope request, Envelope reply, DateTime started, DateTime ended)
    {
        if (open.Count == 0 || !open.Remove(request, out var span)) return;
        span.SetStartTime(started);
        span.SetTag("paxos.reply", reply.Message.GetType().Name);
        Spans.End(span, ended);
    }

    public void Unanswered(Envelope request, DateTime now)
    {
        if (open.Count == 0 || !open.Remove(request, out var span)) return;
        span.SetStatus(ActivityStatusCode.Error, "No reply came.");
        Spans.End(span, now);
    }
}
