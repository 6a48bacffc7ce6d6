using System.Diagnostics;

namespace AspirePaxos.Node.Telemetry;

/// <summary>
/// Which requests that a node serves become spans, and these spans. The framework would make one for each request and then ask whether it is
/// to be traced, which few are.
/// </summary>
internal static class RequestSpans
{
    // As PathString: a text would be made one for each request.
    private static readonly PathString health = "/health", alive = "/alive", heartbeat = "/paxos/heartbeat", peers = "/paxos";

    public static void UseRequestSpans(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<NodeOptions>();
        var rate = new RateLimit(options.MaxTracedRoundsPerSecond, app.Services.GetRequiredService<TimeProvider>());
        app.Use(next => http =>
        {
            // Where somebody listens to the framework's own source, its span is there already.
            if (!Spans.Source.HasListeners() || Activity.Current is not null || !IsTraced(http.Request, rate, out var caller)) return next(http);
            return TraceAsync(http, next, caller, options.NodeId);
        });
    }

    /// <summary>
    /// Peers' requests only where they say that they belong to a recorded trace; heartbeats and probes never; clients' requests where
    /// the client began a trace, and of the others so many a second. A request without a span has no traced round either.
    /// </summary>
    /// <param name="caller">What the request says it belongs to; default where it says nothing.</param>
    internal static bool IsTraced(HttpRequest request, RateLimit rate, out ActivityContext caller)
    {
        caller = default;
        var path = request.Path;
        if (path.StartsWithSegments(health) || path.StartsWithSegments(alive) || path.StartsWithSegments(heartbeat)) return false;
        var headers = request.Headers;
        string? traceparent = headers.TraceParent;
        if (ActivityContext.TryParse(traceparent, headers.TraceState, isRemote: true, out caller)) return Spans.IsRecorded(caller);
        return !path.StartsWithSegments(peers) && rate.TryTake();
    }

    private static async Task TraceAsync(HttpContext http, RequestDelegate next, ActivityContext caller, string node)
    {
        var request = http.Request;
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        using var span = Spans.Source.StartActivity(route is null ? request.Method : $"{request.Method} {route}", ActivityKind.Server, caller);
        try
        {
            await next(http);
        }
        finally
        {
            if (span is { IsAllDataRequested: true }) Describe(span, http, route, node);
        }
    }

    /// <summary>As the conventions of OpenTelemetry name it. The query is left out: it may hold keys.</summary>
    private static void Describe(Activity span, HttpContext http, string? route, string node)
    {
        var (request, status) = (http.Request, http.Response.StatusCode);
        span.SetTag("paxos.node", node);
        span.SetTag("http.request.method", request.Method);
        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("url.path", request.Path.Value);
        span.SetTag("server.address", request.Host.Host);
        span.SetTag("server.port", request.Host.Port);
        span.SetTag("network.protocol.version", request.Protocol[(request.Protocol.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        if (request.Headers.UserAgent is [{ } agent]) span.SetTag("user_agent.original", agent);
        if (route is not null) span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", status);
        if (status < StatusCodes.Status500InternalServerError) return;
        span.SetTag("error.type", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        span.SetStatus(ActivityStatusCode.Error);
    }
}
