using System.Diagnostics;

namespace AspirePaxos.Tests.Telemetry.Otlp;

/// <summary>A trace that a client of the cluster begins; of its own span nothing is exported.</summary>
internal sealed class ClientTrace(bool recorded = true)
{
    public string Id { get; } = ActivityTraceId.CreateRandom().ToHexString();

    public string Span { get; } = ActivitySpanId.CreateRandom().ToHexString();

    /// <summary>The header traceparent.</summary>
    public string Parent => $"00-{Id}-{Span}-{(recorded ? "01" : "00")}";
}
