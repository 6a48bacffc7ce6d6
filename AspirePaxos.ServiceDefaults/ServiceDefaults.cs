using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// What every service of the cluster has in common: telemetry, HTTP clients that find <c>http://node1</c> through service discovery, and its end
/// with the launcher that started it.
/// Health endpoints are not here: what "ready" means is known to the service alone, so each maps its own.
/// </summary>
public static class ServiceDefaults
{
    /// <summary>The name of the ActivitySource and of the Meter of every service.</summary>
    public const string TelemetryName = "AspirePaxos";

    /// <summary>Where telemetry goes; where it is not set nothing is collected, so that it costs nothing.</summary>
    public const string OtlpEndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string EventIdsSetting = "OTEL_DOTNET_EXPERIMENTAL_OTLP_EMIT_EVENT_LOG_ATTRIBUTES";

    /// <param name="resilientClients">
    /// Adds the standard resilience handler to every HTTP client. It repeats failed requests, POST too: only for a service whose
    /// requests may run twice, so never for a replica, which forwards writes and whose protocol repeats what needs repeating.
    /// </param>
    /// <param name="instrumentHttp">Spans and metrics of the requests that it serves and sends; false where the service chooses them itself.</param>
    /// <param name="prometheus">Metrics are kept for a scraping endpoint too, which the service maps itself.</param>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder, bool resilientClients = false, bool instrumentHttp = true, bool prometheus = false)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddHostedService<ParentWatch>();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(client =>
        {
            client.AddServiceDiscovery();
            if (resilientClients) client.AddStandardResilienceHandler();
        });

        if (!string.IsNullOrWhiteSpace(builder.Configuration[OtlpEndpointSetting])) AddOtlp(builder, instrumentHttp);
        if (prometheus) builder.Services.AddOpenTelemetry().WithMetrics(metrics => AddMeters(metrics, instrumentHttp).AddPrometheusExporter());
        return builder;
    }

    private static MeterProviderBuilder AddMeters(MeterProviderBuilder metrics, bool instrumentHttp)
    {
        metrics.AddMeter(TelemetryName).AddRuntimeInstrumentation();
        return instrumentHttp ? metrics.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation() : metrics;
    }

    private static void AddOtlp(IHostApplicationBuilder builder, bool instrumentHttp)
    {
        // Else the exporter leaves out the ids of the log's events.
        if (builder.Configuration[EventIdsSetting] is null) builder.Configuration[EventIdsSetting] = "true";
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => AddMeters(metrics, instrumentHttp))
            .WithTracing(tracing =>
            {
                tracing.AddSource(TelemetryName);
                if (instrumentHttp) tracing.AddAspNetCoreInstrumentation(requests => requests.Filter = context => !IsProbe(context.Request.Path));
            })
            .UseOtlpExporter();

        // Ends after the service itself, whose hosted services are added later.
        builder.Services.AddHostedService<TelemetryEnd>();
    }

    /// <summary>Probes come every second from each orchestrator and say nothing in a trace.</summary>
    private static bool IsProbe(Microsoft.AspNetCore.Http.PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments("/alive");
}
