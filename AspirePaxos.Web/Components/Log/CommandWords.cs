using System.Text.Json;

namespace AspirePaxos.Web.Components.Log;

/// <summary>A command of the log in words: <c>put greeting = hello if at revision 3</c>.</summary>
internal static class CommandWords
{
    private const int MostOfKey = 60;
    private const int MostOfValue = 60;

    /// <summary>Enough of a value for its words, and a little more: so it is seen that there is more.</summary>
    public const int ValueBytes = 4 * (MostOfValue + 1);

    public static string Of(JsonElement command)
    {
        if (command.ValueKind != JsonValueKind.Object || Text(command, "op") is not { } op) return Readable.Short(Readable.Line(command.GetRawText()), MostOfValue);
        var words = op == "noop" ? "no-op" : Readable.Line(op);
        if (Text(command, "key") is { } key) words += " " + (key.Length == 0 ? "(empty)" : Readable.Short(Readable.Line(key), MostOfKey));
        if (command.TryGetProperty("value", out var value)) words += " = " + Value(value);
        if (command.TryGetProperty("if", out var condition)) words += " if " + Condition(condition);
        return words;
    }

    private static string Value(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String || !value.TryGetBytesFromBase64(out var bytes)) return Readable.Short(Readable.Line(value.GetRawText()), MostOfValue);
        return bytes.Length == 0 ? "(empty)" : Readable.Value(bytes, MostOfValue);
    }

    private static string Condition(JsonElement condition) =>
        condition.ValueKind == JsonValueKind.Object && condition.TryGetProperty("revision", out var revision) ? $"at revision {revision.GetRawText()}"
        : condition.ValueKind == JsonValueKind.String ? condition.GetString()!
        : Readable.Line(condition.GetRawText());

    private static string? Text(JsonElement command, string name) =>
        command.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
