using OpenTelemetry.Metrics;

namespace AspirePaxos.Node.Telemetry;

/// <summary>
/// Which of the framework's metrics a node keeps: how long clients' requests took, and its connections. Each further one costs something at each
/// request, and the node's own say more: <c>paxos.peer.*</c> of peers, by message and outcome, <c>paxos.requests.in_flight</c> of what is under way.
/// </summary>
internal static class FrameworkMetrics
{
    public static IServiceCollection AddFrameworkMetrics(this IServiceCollection services) =>
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddView("http.server.active_requests", MetricStreamConfiguration.Drop));
}
