using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace AspirePaxos.KeyValue;

public enum ResultStatus
{
    Ok,

    /// <summary>A delete found no such key; nothing changed.</summary>
    NotFound,

    /// <summary>The condition did not hold; nothing changed. Revision is the key's present one, 0 where it is absent.</summary>
    ConditionFailed,

    /// <summary>The Idempotency-Key was used with another request; nothing changed.</summary>
    KeyReused,

    /// <summary>The idempotency table is full; nothing changed.</summary>
    TooManyKeys,
}

/// <summary>The answer to one command; for a retry with the same Idempotency-Key the first one again.</summary>
/// <param name="Revision">Of the key after a put; of the store otherwise, except where <see cref="ResultStatus.ConditionFailed"/> says else.</param>
/// <param name="Slot">Where the command was first applied.</param>
public readonly record struct StoreResult(ResultStatus Status, long Revision, long Slot)
{
    /// <summary>A compact encoding that <see cref="Decode"/> reads: <c>{"status":"ok","revision":3,"slot":7}</c>.</summary>
    public byte[] Encode()
    {
        Span<byte> buffer = stackalloc byte[128];
        var fits = Utf8.TryWrite(
            buffer, CultureInfo.InvariantCulture, $$"""{"status":"{{Name(Status)}}","revision":{{Revision}},"slot":{{Slot}}}""", out var length);
        return fits ? buffer[..length].ToArray() : throw new UnreachableException("Two numbers and a short name fit into 128 bytes.");
    }

    /// <exception cref="JsonException">Not a result; the message names what is wrong.</exception>
    public static StoreResult Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Read(bytes);
        }
        catch (InvalidOperationException e)
        {
            // The reader tells so of any text that it has to unescape to compare.
            throw new JsonException("A name or a text is not valid Unicode.", e);
        }
    }

    private static StoreResult Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        ResultStatus? status = null;
        long? revision = null, slot = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A result is a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("status"u8)) status = ReadStatus(ref reader);
            else if (reader.ValueTextEquals("revision"u8)) revision = ReadNumber(ref reader, "revision");
            else if (reader.ValueTextEquals("slot"u8)) slot = ReadNumber(ref reader, "slot");
            else throw new JsonException("A result has the fields \"status\", \"revision\" and \"slot\" only.");
        }

        if (reader.Read()) throw new JsonException("Something follows the result.");
        return new StoreResult(status ?? throw Missing("status"), revision ?? throw Missing("revision"), slot ?? throw Missing("slot"));
    }

    private static string Name(ResultStatus status) => status switch
    {
        ResultStatus.Ok => "ok",
        ResultStatus.NotFound => "notFound",
        ResultStatus.ConditionFailed => "conditionFailed",
        ResultStatus.KeyReused => "keyReused",
        ResultStatus.TooManyKeys => "tooManyKeys",
        _ => throw new UnreachableException($"Status {status}"),
    };

    private static ResultStatus ReadStatus(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            for (var status = ResultStatus.Ok; status <= ResultStatus.TooManyKeys; status++)
                if (reader.ValueTextEquals(Name(status))) return status;
        }

        throw new JsonException("\"status\" is none that a command ends with.");
    }

    private static long ReadNumber(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)
            ? number
            : throw new JsonException($"\"{field}\" is a 64-bit integer.");
    }

    private static JsonException Missing(string field) => new($"\"{field}\" is missing.");
}
