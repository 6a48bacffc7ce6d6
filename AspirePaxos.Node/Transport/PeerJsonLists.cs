using System.Text.Json;
using AspirePaxos.Protocol;
using static AspirePaxos.Node.Transport.PeerJsonValues;

namespace AspirePaxos.Node.Transport;

/// <summary>Lists of composed values; bounded in length.</summary>
internal static class PeerJsonLists
{
    private delegate T ReadItem<T>(ref Utf8JsonReader json, ReadOnlyMemory<byte> body);

    public static List<Command> Commands(ref Utf8JsonReader json, ReadOnlyMemory<byte> body) => List(ref json, body, SlotCommand);

    public static List<Proposal> Proposals(ref Utf8JsonReader json, ReadOnlyMemory<byte> body) => List(ref json, body, static (ref Utf8JsonReader json, ReadOnlyMemory<byte> body) =>
    {
        long? slot = null;
        Ballot? ballot = null;
        bool? learned = null;
        Command? command = null;
        StartObject(ref json);
        while (NextProperty(ref json))
        {
            if (Is(ref json, "slot"u8)) slot = Slot(ref json);
            else if (Is(ref json, "ballot"u8)) ballot = PeerJsonValues.Ballot(ref json);
            else if (Is(ref json, "learned"u8)) learned = json.GetBoolean();
            else if (Is(ref json, "command"u8)) command = SlotCommand(ref json, body);
            else SkipProperty(ref json);
        }

        return slot is { } s && ballot is { } b && learned is { } l && command is { } c
            ? new Proposal(s, b, l, c)
            : throw new MalformedMessageException("A proposal has a slot, a ballot, learned and a command.");
    });

    public static List<LearnedCommand> Entries(ref Utf8JsonReader json, ReadOnlyMemory<byte> body) => List(ref json, body, static (ref Utf8JsonReader json, ReadOnlyMemory<byte> body) =>
    {
        long? slot = null;
        Ballot? ballot = null;
        Command? command = null;
        StartObject(ref json);
        while (NextProperty(ref json))
        {
            if (Is(ref json, "slot"u8)) slot = Slot(ref json);
            else if (Is(ref json, "ballot"u8)) ballot = PeerJsonValues.Ballot(ref json);
            else if (Is(ref json, "command"u8)) command = SlotCommand(ref json, body);
            else SkipProperty(ref json);
        }

        return slot is { } s && ballot is { } b && command is { } c
            ? new LearnedCommand(s, b, c)
            : throw new MalformedMessageException("A learned command has a slot, a ballot and a command.");
    });

    public static List<ForwardedCommand> Requests(ref Utf8JsonReader json, ReadOnlyMemory<byte> body) => List(ref json, body, static (ref Utf8JsonReader json, ReadOnlyMemory<byte> body) =>
    {
        long? requestId = null;
        ReadOnlyMemory<byte>? command = null;
        StartObject(ref json);
        while (NextProperty(ref json))
        {
            if (Is(ref json, "requestId"u8)) requestId = Count(ref json);
            else if (Is(ref json, "command"u8)) command = Raw(ref json, body);
            else SkipProperty(ref json);
        }

        return requestId is { } id && command is { } c
            ? new ForwardedCommand(id, c)
            : throw new MalformedMessageException("A forwarded command has a requestId and a command.");
    });

    public static List<ForwardedOutcome> Outcomes(ref Utf8JsonReader json, ReadOnlyMemory<byte> body) => List(ref json, body, static (ref Utf8JsonReader json, ReadOnlyMemory<byte> body) =>
    {
        long? requestId = null, slot = null;
        OutcomeKind? kind = null;
        ReadOnlyMemory<byte> result = default;
        StartObject(ref json);
        while (NextProperty(ref json))
        {
            if (Is(ref json, "requestId"u8)) requestId = Count(ref json);
            else if (Is(ref json, "slot"u8)) slot = Count(ref json);
            else if (Is(ref json, "kind"u8)) kind = Enum<OutcomeKind>(ref json);
            else if (Is(ref json, "result"u8)) result = Raw(ref json, body);
            else SkipProperty(ref json);
        }

        return requestId is { } id && slot is { } s && kind is { } k
            ? new ForwardedOutcome(id, new Outcome(k, s, result))
            : throw new MalformedMessageException("An outcome has a requestId, a kind and a slot.");
    });

    public static List<Member> Table(ref Utf8JsonReader json) => List(ref json, default, static (ref Utf8JsonReader json, ReadOnlyMemory<byte> _) =>
        NumberOfNode(ref json, "incarnation"u8) is { } member ? new Member(member.Node, member.Number) : throw new MalformedMessageException("A member has a node and an incarnation."));

    public static List<SeenBoot> Boots(ref Utf8JsonReader json) => List(ref json, default, static (ref Utf8JsonReader json, ReadOnlyMemory<byte> _) =>
        NumberOfNode(ref json, "boot"u8) is { } seen ? new SeenBoot(seen.Node, seen.Number) : throw new MalformedMessageException("A start that was seen has a node and a boot."));

    /// <returns>Null where one of the two is missing.</returns>
    private static (NodeId Node, long Number)? NumberOfNode(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        NodeId? node = null;
        long? number = null;
        StartObject(ref json);
        while (NextProperty(ref json))
        {
            if (Is(ref json, "node"u8)) node = PeerJsonValues.Node(ref json);
            else if (Is(ref json, name)) number = Number(ref json, 0, long.MaxValue);
            else SkipProperty(ref json);
        }

        return node is { } of && number is { } value ? (of, value) : null;
    }

    public static HashReport Hashes(ref Utf8JsonReader json)
    {
        long? slot = null;
        List<NodeHash>? hashes = null;
        StartObject(ref json);
        while (NextProperty(ref json))
        {
            if (Is(ref json, "slot"u8)) slot = Slot(ref json);
            else if (Is(ref json, "nodes"u8)) hashes = List(ref json, default, NodeHash);
            else SkipProperty(ref json);
        }

        return slot is { } s && hashes is { } h
            ? new HashReport(s, h)
            : throw new MalformedMessageException("A report of hashes has a slot and nodes.");
    }

    private static NodeHash NodeHash(ref Utf8JsonReader json, ReadOnlyMemory<byte> body)
    {
        NodeId? node = null;
        UInt128? hash = null;
        StartObject(ref json);
        while (NextProperty(ref json))
        {
            if (Is(ref json, "node"u8)) node = PeerJsonValues.Node(ref json);
            else if (Is(ref json, "hash"u8)) hash = Hash(ref json);
            else SkipProperty(ref json);
        }

        return node is { } name && hash is { } h
            ? new NodeHash(name, h)
            : throw new MalformedMessageException("A node's hash has a node and a hash.");
    }

    /// <summary>What a slot holds must have the form of a batch, since every replica that applies it fails where it cannot. One pass, as skipping it takes.</summary>
    private static Command SlotCommand(ref Utf8JsonReader json, ReadOnlyMemory<byte> body)
    {
        StartObject(ref json);
        var start = (int)json.TokenStartIndex;
        while (NextProperty(ref json))
        {
            if (Is(ref json, "time"u8)) Number(ref json, 0, long.MaxValue);
            else if (Is(ref json, "commands"u8)) SkipObjects(ref json);
            else SkipProperty(ref json);
        }

        return new Command(body[start..(int)json.BytesConsumed]);
    }

    private static void SkipObjects(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray) throw new MalformedMessageException($"The commands of a batch are an array, at byte {json.TokenStartIndex}.");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            StartObject(ref json);
            json.Skip();
        }
    }

    private static List<T> List<T>(ref Utf8JsonReader json, ReadOnlyMemory<byte> body, ReadItem<T> read)
    {
        if (json.TokenType != JsonTokenType.StartArray) throw new MalformedMessageException($"An array is expected at byte {json.TokenStartIndex}.");
        var items = new List<T>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (items.Count == MaxItems) throw new MalformedMessageException($"A list has more than {MaxItems} items.");
            items.Add(read(ref json, body));
        }

        return items;
    }
}
