using System.Collections.Concurrent;

namespace AspirePaxos.Tests.Telemetry.Otlp;

/// <summary>A span, a metric or a record of the log, and whose it is.</summary>
internal sealed record Received<T>(OtlpResource? Resource, OtlpScope? Scope, T Item)
{
    public string? Service => Resource?.Attributes.Named("service.name") as string;

    public string? Instance => Resource?.Attributes.Named("service.instance.id") as string;
}

/// <summary>Everything that services sent since the start; safe from any thread.</summary>
internal sealed class ReceivedTelemetry : ITraceService, IMetricsService, ILogsService
{
    private static readonly Exported Accepted = new();

    private readonly ConcurrentQueue<Received<OtlpSpan>> spans = new();
    private readonly ConcurrentDictionary<(string? Service, string? Scope, string Metric), Received<OtlpMetric>> metrics = new();
    private readonly ConcurrentQueue<Received<OtlpLog>> logs = new();

    public IReadOnlyList<Received<OtlpSpan>> Spans => [.. spans];

    /// <summary>As they were exported last.</summary>
    public IReadOnlyList<Received<OtlpMetric>> Metrics => [.. metrics.Values];

    public IReadOnlyList<Received<OtlpLog>> Logs => [.. logs];

    public Exported Export(ExportTraces export)
    {
        foreach (var resource in export.Resources)
        {
            foreach (var scope in resource.Scopes)
            {
                foreach (var span in scope.Spans) spans.Enqueue(new(resource.Resource, scope.Scope, span));
            }
        }

        return Accepted;
    }

    public Exported Export(ExportMetrics export)
    {
        foreach (var resource in export.Resources)
        {
            foreach (var scope in resource.Scopes)
            {
                foreach (var metric in scope.Metrics)
                {
                    var received = new Received<OtlpMetric>(resource.Resource, scope.Scope, metric);
                    metrics[(received.Service, scope.Scope?.Name, metric.Name)] = received;
                }
            }
        }

        return Accepted;
    }

    public Exported Export(ExportLogs export)
    {
        foreach (var resource in export.Resources)
        {
            foreach (var scope in resource.Scopes)
            {
                foreach (var log in scope.Logs) logs.Enqueue(new(resource.Resource, scope.Scope, log));
            }
        }

        return Accepted;
    }
}
