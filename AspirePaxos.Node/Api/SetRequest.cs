using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace AspirePaxos.Node.Api;

/// <summary>
/// The body of <c>POST /store/set</c>: a JSON object under any content type (curl's -d sends a form type), or form fields.
/// Names are case-insensitive; of a repeated name the last counts.
/// </summary>
internal readonly record struct SetRequest(string Key, string Value)
{
    private const string Expected = "Send a JSON object {\"key\":\"…\",\"value\":\"…\"} with two strings, or form fields key and value.";

    public static SetRequest Parse(ReadOnlySpan<byte> body, string? contentType, out Problem? problem)
    {
        if (body.StartsWith(Encoding.UTF8.Preamble)) body = body[Encoding.UTF8.Preamble.Length..];
        if (!Utf8.IsValid(body)) return Refused("The body is not UTF-8.", out problem);
        var trimmed = body.TrimStart(" \t\r\n"u8);
        if (trimmed.IsEmpty) return Refused("The body is empty.", out problem);
        if (trimmed[0] == '{') return ParseJson(trimmed, out problem);

        // No form begins like this: curl's -d says "form" of any JSON.
        if (trimmed[0] is (byte)'[' or (byte)'"') return Refused("The body is JSON, but a JSON object is expected.", out problem);
        return contentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true
            ? ParseForm(trimmed, out problem)
            : Refused("The body is not a JSON object.", out problem);
    }

    public static SetRequest OfFields(IEnumerable<KeyValuePair<string, string>> fields, out Problem? problem)
    {
        string? key = null, value = null;
        foreach (var (name, content) in fields)
        {
            if (name.Equals("key", StringComparison.OrdinalIgnoreCase)) key = content;
            else if (name.Equals("value", StringComparison.OrdinalIgnoreCase)) value = content;
        }

        return Of(key, value, out problem);
    }

    private static SetRequest ParseForm(ReadOnlySpan<byte> body, out Problem? problem) =>
        FormFields.TryParse(Encoding.UTF8.GetString(body), out var fields)
            ? OfFields(fields, out problem)
            : Refused("The form is not percent-encoded UTF-8.", out problem);

    private static SetRequest ParseJson(ReadOnlySpan<byte> json, out Problem? problem)
    {
        string? key = null, value = null;
        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isKey = Names(ref reader, "key");
                var isValue = !isKey && Names(ref reader, "value");
                reader.Read();
                if (!isKey && !isValue)
                {
                    reader.Skip();
                    continue;
                }

                if (reader.TokenType != JsonTokenType.String)
                {
                    return Refused($"\"{(isKey ? "key" : "value")}\" is not a JSON string.", out problem);
                }

                if (isKey) key = reader.GetString();
                else value = reader.GetString();
            }

            if (reader.Read()) return Refused("Something follows the JSON object.", out problem);
        }
        catch (JsonException malformed)
        {
            return Refused($"The JSON is malformed near byte {malformed.BytePositionInLine} of line {malformed.LineNumber + 1}.", out problem);
        }
        catch (InvalidOperationException)
        {
            return Refused("A JSON string holds half of a surrogate pair.", out problem);
        }

        return Of(key, value, out problem);
    }

    private static bool Names(ref Utf8JsonReader reader, string name) =>
        reader.ValueTextEquals(name) || (reader.ValueSpan.Length <= 6 * name.Length && name.Equals(reader.GetString(), StringComparison.OrdinalIgnoreCase));

    private static SetRequest Of(string? key, string? value, out Problem? problem)
    {
        if (key is null) return Refused("\"key\" is missing.", out problem);
        if (value is null) return Refused("\"value\" is missing.", out problem);
        problem = null;
        return new(key, value);
    }

    private static SetRequest Refused(string why, out Problem? problem)
    {
        problem = Problem.Invalid($"{why} {Expected}");
        return default;
    }
}
