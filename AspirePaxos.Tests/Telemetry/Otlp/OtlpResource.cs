using ProtoBuf;

namespace AspirePaxos.Tests.Telemetry.Otlp;

// The messages of OTLP 1 (opentelemetry-proto), as far as the tests look at them: a reader skips the fields that it does not know.

[ProtoContract]
internal sealed class OtlpResource
{
    [ProtoMember(1)]
    public List<OtlpAttribute> Attributes { get; } = [];
}

/// <summary>The ActivitySource, Meter or category of the log that it comes from.</summary>
[ProtoContract]
internal sealed class OtlpScope
{
    [ProtoMember(1)]
    public string Name { get; set; } = "";

    [ProtoMember(3)]
    public List<OtlpAttribute> Attributes { get; } = [];
}

[ProtoContract]
internal sealed class OtlpAttribute
{
    [ProtoMember(1)]
    public string Key { get; set; } = "";

    [ProtoMember(2)]
    public OtlpValue? Value { get; set; }
}

/// <summary>One of these.</summary>
[ProtoContract]
internal sealed class OtlpValue
{
    [ProtoMember(1)]
    public string? Text { get; set; }

    [ProtoMember(2)]
    public bool? Flag { get; set; }

    [ProtoMember(3)]
    public long? Integer { get; set; }

    [ProtoMember(4)]
    public double? Real { get; set; }

    public object? Any => Text ?? (object?)Flag ?? (object?)Integer ?? Real;
}

internal static class OtlpAttributes
{
    /// <returns>Null where there is none of this name.</returns>
    public static object? Named(this IEnumerable<OtlpAttribute> attributes, string key) =>
        attributes.SingleOrDefault(attribute => attribute.Key == key)?.Value?.Any;
}
