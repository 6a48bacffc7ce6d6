using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace AspirePaxos.Web.Components;

/// <summary>Keys and values in one line for people.</summary>
internal static class Readable
{
    private const string Base64 = "base64 ";

    /// <summary>
    /// Different texts are different lines: what has no shape of its own, or changes how the rest is read, is escaped, and so is the
    /// backslash. A blank stands for itself between two other characters only: elsewhere a page drops it.
    /// </summary>
    public static string Line(string text)
    {
        if (text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or ':')) return text;
        var line = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length) != OperationStatus.Done) line.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[at]:x4}");
            else if (rune.Value == ' ') line.Append(at == 0 || at == text.Length - 1 || text[at - 1] == ' ' ? "\\u0020" : " ");
            else Append(line, rune);
            at += length;
        }

        return line.ToString();
    }

    /// <summary>At most so many characters, with a sign that there were more.</summary>
    public static string Short(string text, int length) => text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + "…";

    /// <summary>As text where the bytes are UTF-8, else in base64, which says so: a text that begins like that has its blank escaped.</summary>
    public static string Value(ReadOnlySpan<byte> value, int length)
    {
        if (!Utf8.IsValid(value)) return Base64 + Short(Convert.ToBase64String(value[..Math.Min(value.Length, length)]), length);
        var line = Line(Short(Encoding.UTF8.GetString(value), length + 1));
        return Short(line.StartsWith(Base64, StringComparison.Ordinal) ? $"{Base64.TrimEnd()}\\u0020{line[Base64.Length..]}" : line, length);
    }

    /// <summary>Control and format characters that a text box drops, or that end a line for some or reorder text.</summary>
    public static bool IsUnsafe(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF' or '\u200B';

    /// <summary>Whether a text box shows every character: there also blanks in a row, new lines and tabs are seen, unless they are at an end.</summary>
    public static bool IsSeenInBox(string text) =>
        text.Length == text.Trim().Length && text.EnumerateRunes().All(rune => rune.Value is ' ' or '\n' or '\t' || !IsUnseen(rune));

    private static void Append(StringBuilder line, Rune rune)
    {
        switch (rune.Value)
        {
            case '\\':
                line.Append("\\\\");
                break;
            case '\n':
                line.Append("\\n");
                break;
            case '\r':
                line.Append("\\r");
                break;
            case '\t':
                line.Append("\\t");
                break;
            case var code when IsUnseen(rune):
                if (rune.IsBmp) line.Append(CultureInfo.InvariantCulture, $"\\u{code:x4}");
                else line.Append(CultureInfo.InvariantCulture, $"\\U{code:x8}");
                break;
            default:
                line.Append(rune.ToString());
                break;
        }
    }

    /// <summary>By its category, or one of the few others that Unicode lets a font draw as nothing: fillers, joiners and variation selectors.</summary>
    private static bool IsUnseen(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2800 or 0x3164 or 0xFFA0
            or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
