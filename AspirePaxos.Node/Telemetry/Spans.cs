using System.Diagnostics;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>Starts spans of one node for what happens on its loop, outside of any request's flow.</summary>
internal sealed class Spans(NodeId node)
{
    public static ActivitySource Source { get; } = new("AspirePaxos");

    public static bool IsRecorded(ActivityContext context) => (context.TraceFlags & ActivityTraceFlags.Recorded) != 0;

    /// <param name="parent">Default: a root.</param>
    /// <returns>Null where nobody listens, or the sampler declines.</returns>
    public Activity? Begin(
        string name, ActivityKind kind, ActivityContext parent, DateTime started, IEnumerable<ActivityLink>? links = null)
    {
        // Without a parent StartActivity would take Activity.Current for one; and the loop must not be left inside a span.
        Activity.Current = null;
        var span = Source.StartActivity(name, kind, parent, links: links, startTime: started);
        span?.SetTag("paxos.node", node.Name);
        Activity.Current = null;
        return span;
    }

    public static void End(Activity span, DateTime ended)
    {
        span.SetEndTime(ended);
        span.Stop();
        Activity.Current = null;
    }

    /// <summary>A span of something that is over.</summary>
    public void Emit(string name, ActivityContext parent, DateTime started, DateTime ended)
    {
        if (Begin(name, ActivityKind.Internal, parent, started) is { } span) End(span, ended);
    }
}
