using ProtoBuf;

namespace AspirePaxos.Tests.Telemetry.Otlp;

[ProtoContract]
internal sealed class ExportMetrics
{
    [ProtoMember(1)]
    public List<ResourceMetrics> Resources { get; } = [];
}

[ProtoContract]
internal sealed class ResourceMetrics
{
    [ProtoMember(1)]
    public OtlpResource? Resource { get; set; }

    [ProtoMember(2)]
    public List<ScopeMetrics> Scopes { get; } = [];
}

[ProtoContract]
internal sealed class ScopeMetrics
{
    [ProtoMember(1)]
    public OtlpScope? Scope { get; set; }

    [ProtoMember(2)]
    public List<OtlpMetric> Metrics { get; } = [];
}

/// <summary>It has one of gauge, sum and histogram.</summary>
[ProtoContract]
internal sealed class OtlpMetric
{
    [ProtoMember(1)]
    public string Name { get; set; } = "";

    [ProtoMember(2)]
    public string Description { get; set; } = "";

    [ProtoMember(3)]
    public string Unit { get; set; } = "";

    [ProtoMember(5)]
    public OtlpNumbers? Gauge { get; set; }

    [ProtoMember(7)]
    public OtlpNumbers? Sum { get; set; }

    [ProtoMember(9)]
    public OtlpHistograms? Histogram { get; set; }

    public string Kind => Gauge is not null ? "gauge" : Histogram is not null ? "histogram" : Sum is { IsMonotonic: true } ? "counter" : "?";
}

[ProtoContract]
internal sealed class OtlpNumbers
{
    [ProtoMember(1)]
    public List<OtlpNumber> Points { get; } = [];

    /// <summary>Of a sum.</summary>
    [ProtoMember(3)]
    public bool IsMonotonic { get; set; }
}

[ProtoContract]
internal sealed class OtlpNumber
{
    [ProtoMember(4)]
    public double? Real { get; set; }

    [ProtoMember(6, DataFormat = DataFormat.FixedSize)]
    public long? Integer { get; set; }

    [ProtoMember(7)]
    public List<OtlpAttribute> Attributes { get; } = [];

    public double Value => Real ?? Integer ?? 0;
}

[ProtoContract]
internal sealed class OtlpHistograms
{
    [ProtoMember(1)]
    public List<OtlpHistogram> Points { get; } = [];
}

[ProtoContract]
internal sealed class OtlpHistogram
{
    [ProtoMember(4, DataFormat = DataFormat.FixedSize)]
    public ulong Count { get; set; }

    [ProtoMember(5)]
    public double Sum { get; set; }

    [ProtoMember(7, IsPacked = true)]
    public double[] Bounds { get; set; } = [];

    [ProtoMember(9)]
    public List<OtlpAttribute> Attributes { get; } = [];
}
