using ProtoBuf;
using ProtoBuf.Grpc.Configuration;

namespace AspirePaxos.Tests.Telemetry.Otlp;

// The library of gRPC takes contracts as interfaces only.

[Service("opentelemetry.proto.collector.trace.v1.TraceService")]
internal interface ITraceService
{
    Exported Export(ExportTraces request);
}

[Service("opentelemetry.proto.collector.metrics.v1.MetricsService")]
internal interface IMetricsService
{
    Exported Export(ExportMetrics request);
}

[Service("opentelemetry.proto.collector.logs.v1.LogsService")]
internal interface ILogsService
{
    Exported Export(ExportLogs request);
}

/// <summary>The answer to every export: all of it was taken.</summary>
[ProtoContract]
internal sealed class Exported;
