using System.Text.Json;

namespace AspirePaxos.KeyValue;

/// <summary>Reads what <see cref="CommandWriter"/> wrote, and refuses everything else by name: a command that one version drops a field of would diverge.</summary>
internal static class CommandReader
{
    public static StoreCommand Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return ReadCommand(json);
        }
        catch (InvalidOperationException e)
        {
            // The reader tells so of any text that it has to unescape to compare.
            throw new JsonException("A name or a text is not valid Unicode.", e);
        }
    }

    private static StoreCommand ReadCommand(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        string? op = null, key = null, idempotencyKey = null;
        byte[]? value = null;
        Condition? condition = null;

        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A command is a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("op"u8)) Once(ref op, ReadString(ref reader, "op"), "op");
            else if (reader.ValueTextEquals("key"u8)) Once(ref key, ReadString(ref reader, "key"), "key");
            else if (reader.ValueTextEquals("value"u8)) Once(ref value, ReadBytes(ref reader), "value");
            else if (reader.ValueTextEquals("if"u8)) ReadCondition(ref reader, ref condition);
            else if (reader.ValueTextEquals("idem"u8)) Once(ref idempotencyKey, ReadString(ref reader, "idem"), "idem");
            else throw new JsonException($"A command has no field {Name(ref reader)}; known are \"op\", \"key\", \"value\", \"if\", \"idem\".");
        }

        if (reader.Read()) throw new JsonException("Something follows the command.");
        return Build(op, key, value, condition, idempotencyKey);
    }

    private static StoreCommand Build(string? op, string? key, byte[]? value, Condition? condition, string? idempotencyKey)
    {
        switch (op)
        {
            case "put":
                return new Put(key ?? throw Missing("key"), value ?? throw Missing("value"), condition ?? default, idempotencyKey);
            case "delete":
                if (value is not null) throw new JsonException("A delete has no \"value\".");
                return new Delete(key ?? throw Missing("key"), condition ?? default, idempotencyKey);
            case "noop":
                if (key is not null || value is not null || condition is not null) throw new JsonException("A noop has no \"key\", \"value\" or \"if\".");
                return new NoOp(idempotencyKey);
            case null:
                throw Missing("op");
            default:
                throw new JsonException($"\"op\" is \"put\", \"delete\" or \"noop\", not \"{op}\".");
        }
    }

    private static void ReadCondition(ref Utf8JsonReader reader, ref Condition? condition)
    {
        if (condition is not null) throw new JsonException("\"if\" comes twice.");
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("absent"u8)) condition = new Condition(ConditionKind.Absent);
        else if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("present"u8)) condition = new Condition(ConditionKind.Present);
        else if (reader.TokenType == JsonTokenType.StartObject
            && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("revision"u8)
            && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var revision)
            && reader.Read() && reader.TokenType == JsonTokenType.EndObject) condition = new Condition(ConditionKind.RevisionIs, revision);
        else throw new JsonException("\"if\" is \"absent\", \"present\" or {\"revision\":N} with a 64-bit integer.");
    }

    private static string ReadString(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String) throw new JsonException($"\"{field}\" is a JSON string.");
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"\"{field}\" is not valid Unicode.", e);
        }
    }

    private static byte[] ReadBytes(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes)) return bytes;
        throw new JsonException("\"value\" is a JSON string in base64.");
    }

    private static void Once<T>(ref T? field, T value, string name)
        where T : class
    {
        if (field is not null) throw new JsonException($"\"{name}\" comes twice.");
        field = value;
    }

    private static string Name(ref Utf8JsonReader reader) => $"\"{System.Text.Encoding.UTF8.GetString(reader.ValueSpan)}\"";

    private static JsonException Missing(string field) => new($"\"{field}\" is missing.");
}
