using System.Diagnostics;
using OpenTelemetry.Instrumentation.AspNetCore;

namespace AspirePaxos.Node.Telemetry;

/// <summary>Which requests that a node serves become spans.</summary>
internal static class RequestSampling
{
    /// <summary>
    /// Peers' requests only where they say that they belong to a recorded trace; heartbeats and probes never; clients' requests where
    /// the client began a trace, and of the others so many a second. A request without a span has a context that is not recorded, and
    /// so has no traced round either.
    /// </summary>
    public static IServiceCollection AddRequestSampling(this IServiceCollection services, int maxTracesPerSecond) =>
        services.AddOptions<AspNetCoreTraceInstrumentationOptions>()
            .Configure<TimeProvider>((instrumentation, time) =>
            {
                var rate = new RateLimit(maxTracesPerSecond, time);
                instrumentation.Filter = context => IsTraced(context.Request, rate);
            })
            .Services;

    internal static bool IsTraced(HttpRequest request, RateLimit rate)
    {
        var path = request.Path;
        if (path.StartsWithSegments("/health") || path.StartsWithSegments("/alive") || path.StartsWithSegments("/paxos/heartbeat")) return false;
        string? traceparent = request.Headers.TraceParent;
        if (ActivityContext.TryParse(traceparent, null, out var caller)) return Spans.IsRecorded(caller);
        return !path.StartsWithSegments("/paxos") && rate.TryTake();
    }
}
