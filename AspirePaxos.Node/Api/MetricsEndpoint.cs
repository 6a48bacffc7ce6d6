namespace AspirePaxos.Node.Api;

/// <summary><c>GET /metrics</c>, as Prometheus reads it. Only where it is enabled.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder app, NodeOptions options)
    {
        if (!options.EnableMetricsEndpoint) return;
        var scrape = app.CreateApplicationBuilder();
        scrape.Use(async (http, next) =>
        {
            // Gauges ask the file system, and the text is long.
            await SharedThreads.Leave();
            await next(http);
        });
        scrape.UseOpenTelemetryPrometheusScrapingEndpoint(_ => true);
        app.MapGet("/metrics", scrape.Build());
    }
}
