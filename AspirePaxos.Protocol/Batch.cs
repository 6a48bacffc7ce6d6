using System.Buffers;
using System.Text.Json;

namespace AspirePaxos.Protocol;

/// <summary>
/// What a slot's <see cref="Command"/> holds: client commands (each one JSON value, opaque here) with the time the proposer stamped.
/// Encoded as <c>{"id":"node0-1f-3-17","time":1234,"commands":[…]}</c>. The id (node, incarnation, boot, sequence) is unique, so that
/// equal bytes mean the same proposal: another replica's command is never taken for one's own.
/// </summary>
/// <param name="LogTime">Milliseconds of the replicated clock (rule 7); Apply uses max(previous, this).</param>
public sealed record Batch(long LogTime, IReadOnlyList<ReadOnlyMemory<byte>> Commands)
{
    public static Command Encode(Identity proposer, long sequence, long logTime, IReadOnlyList<ReadOnlyMemory<byte>> commands)
    {
        var size = 96;
        foreach (var command in commands) size += command.Length + 1;
        var buffer = new ArrayBufferWriter<byte>(size);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, $"{proposer.Node.Name}-{proposer.Incarnation:x}-{proposer.BootCounter}-{sequence}");
            writer.WriteNumber("time"u8, logTime);
            writer.WriteStartArray("commands"u8);
            foreach (var command in commands) writer.WriteRawValue(command.Span, skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return new Command(buffer.WrittenMemory);
    }

    /// <summary>Slices, no copies: the commands live as long as the bytes of <paramref name="command"/>.</summary>
    /// <exception cref="JsonException">The bytes are not a batch.</exception>
    public static Batch Decode(Command command)
    {
        try
        {
            return Read(command);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            // A token of another kind than expected, a number beyond 64 bits, or text that is not valid Unicode.
            throw new JsonException($"The bytes are not a batch: {e.Message}", e);
        }
    }

    private static Batch Read(Command command)
    {
        var reader = new Utf8JsonReader(command.Bytes.Span);
        long logTime = 0;
        var commands = new List<ReadOnlyMemory<byte>>();
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A batch is a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isTime = reader.ValueTextEquals("time"u8);
            var isCommands = reader.ValueTextEquals("commands"u8);
            reader.Read();
            if (isTime) logTime = reader.GetInt64();
            else if (isCommands) ReadCommands(ref reader, command.Bytes, commands);
            else reader.Skip();
        }

        if (reader.Read()) throw new JsonException("Something follows the batch.");
        return new Batch(logTime, commands);
    }

    /// <summary>The stamp alone, without a walk over the commands: they come after it.</summary>
    internal static long TimeOf(Command command)
    {
        var reader = new Utf8JsonReader(command.Bytes.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("commands"u8)) break;
            var isTime = reader.ValueTextEquals("time"u8);
            reader.Read();
            if (isTime) return reader.GetInt64();
            reader.Skip();
        }

        return 0;
    }

    private static void ReadCommands(ref Utf8JsonReader reader, ReadOnlyMemory<byte> bytes, List<ReadOnlyMemory<byte>> commands)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("The commands of a batch are a JSON array.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            commands.Add(bytes[start..(int)reader.BytesConsumed]);
        }
    }
}
