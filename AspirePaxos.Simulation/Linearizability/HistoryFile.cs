using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AspirePaxos.Simulation.Linearizability;

/// <summary>Histories as JSON lines, one operation each, as docs/history-format.md describes them.</summary>
public static class HistoryFile
{
    private static readonly JsonWriterOptions options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(History history, TextWriter writer)
    {
        foreach (var operation in history.Operations) writer.Write(Line(operation) + "\n");
    }

    /// <param name="onLine">Told the number of each line that was read.</param>
    /// <exception cref="JsonException">A line is no operation; the message names the line, the field and what is wrong with it.</exception>
    public static History Read(TextReader reader, Action<int>? onLine = null)
    {
        var operations = new List<Operation>();
        var number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (line.AsSpan().Trim().IsEmpty) continue;
            try
            {
                using var json = JsonDocument.Parse(line);
                operations.Add(Parse(json.RootElement));
                onLine?.Invoke(number);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw new JsonException($"Line {number} is no operation: {Problem(e)}", e);
            }
        }

        return new History(operations);
    }

    private static string Line(Operation operation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteNumber("client", operation.Client);
            json.WriteString("key", operation.Key);
            json.WriteString("op", Name(operation.Kind));
            if (operation.Value is not null) json.WriteString("value", operation.Value);
            WriteCondition(json, operation.Condition);
            json.WriteNumber("call", operation.Call);
            if (operation.Return is { } returned) json.WriteNumber("return", returned);
            json.WriteString("outcome", Name(operation.Outcome));
            if (operation.Revision is { } revision) json.WriteNumber("revision", revision);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteCondition(Utf8JsonWriter json, OperationCondition condition)
    {
        if (condition.Kind == OperationConditionKind.None) return;
        if (condition.Kind != OperationConditionKind.RevisionIs)
        {
            json.WriteString("if", Name(condition.Kind));
            return;
        }

        json.WriteStartObject("if");
        json.WriteNumber("revision", condition.Revision);
        json.WriteEndObject();
    }

    private static Operation Parse(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw new JsonException("it is not a JSON object.");
        var operation = new Operation(
            (int)(Number(json, "client", int.MinValue, int.MaxValue) ?? throw Missing("client")),
            Text(json, "key") ?? throw Missing("key"),
            Named<OperationKind>(json, "op"),
            Text(json, "value"),
            ParseCondition(json),
            Number(json, "call") ?? throw Missing("call"),
            Number(json, "return"),
            Named<OperationOutcome>(json, "outcome"),
            Number(json, "revision"));
        return operation.Fault() is { } fault ? throw new JsonException($"\"{fault.Field}\": {fault.Problem}.") : operation;
    }

    /// <summary>Without the parser's own position, which counts lines within the line; text that is half of a character it reports in other words.</summary>
    private static string Problem(Exception e) => e switch
    {
        JsonException { LineNumber: not null } => $"it is not JSON at byte {((JsonException)e).BytePositionInLine + 1}.",
        JsonException => e.Message,
        _ => "a text in it is not Unicode.",
    };

    private static OperationCondition ParseCondition(JsonElement json)
    {
        if (!json.TryGetProperty("if", out var condition)) return default;
        if (condition.ValueKind == JsonValueKind.Object)
            return new OperationCondition(OperationConditionKind.RevisionIs, Number(condition, "revision") ?? throw Missing("revision"));
        if (condition.ValueKind == JsonValueKind.String && condition.ValueEquals("absent"u8)) return new OperationCondition(OperationConditionKind.Absent);
        if (condition.ValueKind == JsonValueKind.String && condition.ValueEquals("present"u8)) return new OperationCondition(OperationConditionKind.Present);
        throw new JsonException("\"if\" is \"absent\", \"present\" or {\"revision\":N}.");
    }

    private static string? Text(JsonElement json, string field)
    {
        if (!json.TryGetProperty(field, out var text)) return null;
        return text.ValueKind == JsonValueKind.String ? text.GetString() : throw new JsonException($"\"{field}\" is a string.");
    }

    private static long? Number(JsonElement json, string field, long least = long.MinValue, long most = long.MaxValue)
    {
        if (!json.TryGetProperty(field, out var number)) return null;
        return number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var value) && value >= least && value <= most
            ? value
            : throw new JsonException($"\"{field}\" is an integer.");
    }

    private static T Named<T>(JsonElement json, string field)
        where T : struct, Enum
    {
        var text = Text(json, field) ?? throw Missing(field);
        foreach (var value in Enum.GetValues<T>())
            if (Name(value) == text) return value;
        throw new JsonException($"\"{field}\" is one of {string.Join(", ", Enum.GetValues<T>().Select(Name))}, not \"{text}\".");
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static JsonException Missing(string field) => new($"\"{field}\" is missing.");
}
