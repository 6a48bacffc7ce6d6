using ProtoBuf;

namespace AspirePaxos.Tests.Telemetry.Otlp;

[ProtoContract]
internal sealed class ExportTraces
{
    [ProtoMember(1)]
    public List<ResourceSpans> Resources { get; } = [];
}

[ProtoContract]
internal sealed class ResourceSpans
{
    [ProtoMember(1)]
    public OtlpResource? Resource { get; set; }

    [ProtoMember(2)]
    public List<ScopeSpans> Scopes { get; } = [];
}

[ProtoContract]
internal sealed class ScopeSpans
{
    [ProtoMember(1)]
    public OtlpScope? Scope { get; set; }

    [ProtoMember(2)]
    public List<OtlpSpan> Spans { get; } = [];
}

[ProtoContract]
internal sealed class OtlpSpan
{
    [ProtoMember(1)]
    public byte[] TraceId { get; set; } = [];

    [ProtoMember(2)]
    public byte[] SpanId { get; set; } = [];

    [ProtoMember(4)]
    public byte[] ParentSpanId { get; set; } = [];

    [ProtoMember(5)]
    public string Name { get; set; } = "";

    [ProtoMember(6)]
    public OtlpSpanKind Kind { get; set; }

    /// <summary>Nanoseconds since 1970, as <see cref="End"/>.</summary>
    [ProtoMember(7, DataFormat = DataFormat.FixedSize)]
    public ulong Start { get; set; }

    [ProtoMember(8, DataFormat = DataFormat.FixedSize)]
    public ulong End { get; set; }

    [ProtoMember(9)]
    public List<OtlpAttribute> Attributes { get; } = [];

    [ProtoMember(13)]
    public List<OtlpLink> Links { get; } = [];

    [ProtoMember(15)]
    public OtlpStatus? Status { get; set; }

    public string Trace => Convert.ToHexStringLower(TraceId);

    public string Id => Convert.ToHexStringLower(SpanId);

    /// <summary>Empty for a root.</summary>
    public string Parent => Convert.ToHexStringLower(ParentSpanId);

    public object? this[string attribute] => Attributes.Named(attribute);
}

[ProtoContract]
internal sealed class OtlpLink
{
    [ProtoMember(1)]
    public byte[] TraceId { get; set; } = [];

    [ProtoMember(2)]
    public byte[] SpanId { get; set; } = [];

    public string Trace => Convert.ToHexStringLower(TraceId);

    public string Span => Convert.ToHexStringLower(SpanId);
}

[ProtoContract]
internal sealed class OtlpStatus
{
    [ProtoMember(2)]
    public string Message { get; set; } = "";

    [ProtoMember(3)]
    public OtlpStatusCode Code { get; set; }
}

internal enum OtlpStatusCode
{
    Unset,
    Ok,
    Error,
}

internal enum OtlpSpanKind
{
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}
