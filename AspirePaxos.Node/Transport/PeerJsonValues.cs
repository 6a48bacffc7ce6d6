using System.Globalization;
using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

/// <summary>Single values. The reader stands on the value's first token and is left on its last.</summary>
internal static class PeerJsonValues
{
    /// <summary>Beyond every slot that can be reached, and far enough from overflow for any arithmetic on slots.</summary>
    public const long MaxNumber = 1L << 60;

    public const int MaxItems = 100_000;

    public static long Number(ref Utf8JsonReader json, long least, long most) =>
        json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw new MalformedMessageException($"A number between {least} and {most} is expected at byte {json.TokenStartIndex}.");

    public static long Slot(ref Utf8JsonReader json) => Number(ref json, 1, MaxNumber);

    public static long Count(ref Utf8JsonReader json) => Number(ref json, 0, MaxNumber);

    public static string Text(ref Utf8JsonReader json, int maxLength)
    {
        var text = json.TokenType == JsonTokenType.String && json.ValueSpan.Length <= maxLength * 6 ? json.GetString() : null;
        return text?.Length <= maxLength
            ? text
            : throw new MalformedMessageException($"A text of at most {maxLength} characters is expected at byte {json.TokenStartIndex}.");
    }

    public static T Enum<T>(ref Utf8JsonReader json)
        where T : struct, System.Enum
    {
        var text = Text(ref json, 32);
        return text.Length > 0 && char.IsAsciiLetter(text[0]) && System.Enum.TryParse<T>(text, out var value) && System.Enum.IsDefined(value)
            ? value
            : throw new MalformedMessageException($"'{text}' is not one of {string.Join(", ", System.Enum.GetNames<T>())}.");
    }

    public static NodeId Node(ref Utf8JsonReader json)
    {
        var node = NodeOrNone(ref json);
        return node != NodeId.None ? node : throw new MalformedMessageException("A node's name is empty.");
    }

    public static NodeId NodeOrNone(ref Utf8JsonReader json)
    {
        var name = Text(ref json, 63);
        foreach (var c in name)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')) throw new MalformedMessageException($"'{name}' is not the name of a node.");
        }

        return new NodeId(name);
    }

    public static Ballot Ballot(ref Utf8JsonReader json)
    {
        long? number = null;
        NodeId? node = null;
        StartObject(ref json);
        while (NextProperty(ref json))
        {
            if (Is(ref json, "number"u8)) number = Count(ref json);
            else if (Is(ref json, "node"u8)) node = NodeOrNone(ref json);
            else SkipProperty(ref json);
        }

        if (number is not { } n || node is not { } proposer) throw new MalformedMessageException("A ballot has a number and a node.");
        return n == 0 == (proposer == NodeId.None) ? new Ballot(n, proposer) : throw new MalformedMessageException("A ballot above 0 names its node, ballot 0 none.");
    }

    public static Identity Identity(ref Utf8JsonReader json)
    {
        NodeId? node = null;
        long? incarnation = null, boot = null;
        StartObject(ref json);
        while (NextProperty(ref json))
        {
            if (Is(ref json, "node"u8)) node = Node(ref json);
            else if (Is(ref json, "incarnation"u8)) incarnation = Number(ref json, 0, long.MaxValue);
            else if (Is(ref json, "boot"u8)) boot = Count(ref json);
            else SkipProperty(ref json);
        }

        return node is { } name && incarnation is { } i && boot is { } b
            ? new Identity(name, i, b)
            : throw new MalformedMessageException("An identity has a node, an incarnation and a boot.");
    }

    /// <summary>32 hexadecimal digits.</summary>
    public static UInt128 Hash(ref Utf8JsonReader json) =>
        Text(ref json, 32) is { Length: 32 } digits && UInt128.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)
            ? hash
            : throw new MalformedMessageException($"32 hexadecimal digits are expected at byte {json.TokenStartIndex}.");

    public static byte[] Base64(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.String && json.TryGetBytesFromBase64(out var bytes)
            ? bytes
            : throw new MalformedMessageException($"Bytes in base64 are expected at byte {json.TokenStartIndex}.");

    public static void StartObject(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject) throw new MalformedMessageException($"An object is expected at byte {json.TokenStartIndex}.");
    }

    public static bool NextProperty(ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    /// <summary>Moves on to the value where the property has this name.</summary>
    public static bool Is(ref Utf8JsonReader json, ReadOnlySpan<byte> name) => json.ValueTextEquals(name) && json.Read();

    public static void SkipProperty(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }

    /// <summary>One JSON value as the bytes it came as.</summary>
    public static ReadOnlyMemory<byte> Raw(ref Utf8JsonReader json, ReadOnlyMemory<byte> body)
    {
        var start = (int)json.TokenStartIndex;
        json.Skip();
        return body[start..(int)json.BytesConsumed];
    }
}
