using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

/// <content>What messages are made of.</content>
internal static partial class PeerJsonWriter
{
    /// <summary>A number for each node.</summary>
    private static void WriteNumbers(Utf8JsonWriter json, ReadOnlySpan<byte> list, ReadOnlySpan<byte> number, IEnumerable<(NodeId Node, long Number)> numbers)
    {
        json.WriteStartArray(list);
        foreach (var (node, value) in numbers)
        {
            json.WriteStartObject();
            json.WriteString("node"u8, node.Name);
            json.WriteNumber(number, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteIdentity(Utf8JsonWriter json, ReadOnlySpan<byte> name, Identity identity)
    {
        json.WriteStartObject(name);
        json.WriteString("node"u8, identity.Node.Name);
        json.WriteNumber("incarnation"u8, identity.Incarnation);
        json.WriteNumber("boot"u8, identity.BootCounter);
        json.WriteEndObject();
    }

    private static void WriteBallot(Utf8JsonWriter json, ReadOnlySpan<byte> name, Ballot ballot)
    {
        json.WriteStartObject(name);
        json.WriteNumber("number"u8, ballot.Number);
        json.WriteString("node"u8, ballot.Node.Name);
        json.WriteEndObject();
    }

    private static void WriteRaw(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
    {
        json.WritePropertyName(name);
        WriteRaw(json, value);
    }

    private static void WriteRaw(Utf8JsonWriter json, ReadOnlyMemory<byte> value) => json.WriteRawValue(value.Span, skipInputValidation: true);
}
