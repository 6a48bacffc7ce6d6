using System.Text;
using System.Text.Unicode;

namespace AspirePaxos.Web.Components.Keys;

public enum ValueFormat
{
    Text,
    Base64,
}

/// <summary>A value as a person edits it: what was read and is written unchanged has the same bytes.</summary>
internal static class ValueText
{
    private static readonly UTF8Encoding strict = new(false, throwOnInvalidBytes: true);

    /// <summary>As text, unless the bytes are no UTF-8 or hold what a text box would change or hide, such as a carriage return.</summary>
    public static (string Text, ValueFormat Format) Of(ReadOnlySpan<byte> value)
    {
        if (Utf8.IsValid(value))
        {
            var text = Encoding.UTF8.GetString(value);
            if (!text.Any(c => Readable.IsUnsafe(c) && c is not ('\n' or '\t'))) return (text, ValueFormat.Text);
        }

        return (Convert.ToBase64String(value), ValueFormat.Base64);
    }

    /// <returns>Null where the text does not stand for bytes in this format; then <paramref name="problem"/> says why.</returns>
    public static byte[]? Bytes(string text, ValueFormat format, out string problem)
    {
        problem = "";
        try
        {
            return format == ValueFormat.Text ? strict.GetBytes(text) : Convert.FromBase64String(text);
        }
        catch (EncoderFallbackException)
        {
            problem = "The text holds half of a surrogate pair, which has no bytes in UTF-8.";
        }
        catch (FormatException)
        {
            problem = "This is not base64: it takes A–Z, a–z, 0–9, + and /, four at a time, with = at the end.";
        }

        return null;
    }

    /// <summary>The same bytes in the other format.</summary>
    /// <returns>False where they have no such form; nothing is changed then.</returns>
    public static bool TryConvert(ref string text, ValueFormat from, ValueFormat to, out string problem)
    {
        if (from == to)
        {
            problem = "";
            return true;
        }

        if (Bytes(text, from, out problem) is not { } bytes) return false;
        if (to == ValueFormat.Text)
        {
            var (shown, format) = Of(bytes);
            if (format != ValueFormat.Text)
            {
                problem = "These bytes are no plain text in UTF-8, and would be changed by a text box.";
                return false;
            }

            text = shown;
            return true;
        }

        text = Convert.ToBase64String(bytes);
        return true;
    }
}
