using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace AspirePaxos.Web.Components;

/// <summary>Keys and values in one line for people.</summary>
internal static class Readable
{
    /// <summary>With an escape for what cannot be seen, or would change how the rest is read.</summary>
    public static string Line(string text)
    {
        if (!text.Any(IsUnseen)) return text;
        var line = new StringBuilder();
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                '\t' => line.Append("\\t"),
                _ when IsUnseen(c) => line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => line.Append(c),
            };
        }

        return line.ToString();
    }

    /// <summary>At most so many characters, with a sign that there were more.</summary>
    public static string Short(string text, int length) => text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + "…";

    /// <summary>As text where the bytes are UTF-8, else in base64.</summary>
    public static string Value(ReadOnlySpan<byte> value, int length) => Utf8.IsValid(value)
        ? Short(Line(Short(Encoding.UTF8.GetString(value), length + 1)), length)
        : "base64 " + Short(Convert.ToBase64String(value[..Math.Min(value.Length, length)]), length);

    /// <summary>Control and format characters: those that end a line for some, or reorder text.</summary>
    public static bool IsUnseen(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF' or '\u200B';
}
