using ProtoBuf;

namespace AspirePaxos.Tests.Telemetry.Otlp;

[ProtoContract]
internal sealed class ExportLogs
{
    [ProtoMember(1)]
    public List<ResourceLogs> Resources { get; } = [];
}

[ProtoContract]
internal sealed class ResourceLogs
{
    [ProtoMember(1)]
    public OtlpResource? Resource { get; set; }

    [ProtoMember(2)]
    public List<ScopeLogs> Scopes { get; } = [];
}

[ProtoContract]
internal sealed class ScopeLogs
{
    [ProtoMember(1)]
    public OtlpScope? Scope { get; set; }

    [ProtoMember(2)]
    public List<OtlpLog> Logs { get; } = [];
}

[ProtoContract]
internal sealed class OtlpLog
{
    /// <summary>The attribute with the id of an event of Microsoft.Extensions.Logging.</summary>
    public const string EventId = "logrecord.event.id";

    /// <summary>1 to 24, four to a level.</summary>
    [ProtoMember(2)]
    public int Severity { get; set; }

    [ProtoMember(5)]
    public OtlpValue? Body { get; set; }

    [ProtoMember(6)]
    public List<OtlpAttribute> Attributes { get; } = [];

    [ProtoMember(9)]
    public byte[] TraceId { get; set; } = [];

    [ProtoMember(10)]
    public byte[] SpanId { get; set; } = [];

    public string Level => ((Severity - 1) / 4) switch
    {
        0 => "Trace",
        1 => "Debug",
        2 => "Information",
        3 => "Warning",
        4 => "Error",
        5 => "Critical",
        _ => "?",
    };

    /// <summary>Empty where it was not written for a request that is traced.</summary>
    public string Trace => Convert.ToHexStringLower(TraceId);

    public string Span => Convert.ToHexStringLower(SpanId);

    public object? this[string attribute] => Attributes.Named(attribute);
}
