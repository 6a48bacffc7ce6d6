using System.Diagnostics.CodeAnalysis;

namespace AspirePaxos.Node.Api;

/// <summary>Names and values of a query or of a form body, decoded strictly: the framework would turn invalid UTF-8 into U+FFFD.</summary>
internal static class FormFields
{
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out List<KeyValuePair<string, string>>? fields)
    {
        fields = null;
        var parsed = new List<KeyValuePair<string, string>>();
        foreach (var range in text.Split('&'))
        {
            var field = text[range];
            if (field.IsEmpty) continue;
            var equals = field.IndexOf('=');
            var rawName = equals < 0 ? field : field[..equals];
            var rawValue = equals < 0 ? [] : field[(equals + 1)..];
            if (!RequestTarget.TryDecode(rawName, form: true, out var name) || !RequestTarget.TryDecode(rawValue, form: true, out var value)) return false;
            parsed.Add(new(name, value));
        }

        fields = parsed;
        return true;
    }
}
