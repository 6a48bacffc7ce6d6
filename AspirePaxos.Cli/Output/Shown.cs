using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace AspirePaxos.Cli.Output;

/// <summary>How values are shown to people.</summary>
internal static class Shown
{
    /// <summary>Without control characters, which could move the cursor or colour the terminal.</summary>
    public static string Text(string text)
    {
        if (!text.Any(IsControl)) return text;
        var shown = new StringBuilder();
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => shown.Append("\\n"),
                '\r' => shown.Append("\\r"),
                '\t' => shown.Append("\\t"),
                _ when IsControl(c) => shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => shown.Append(c),
            };
        }

        return shown.ToString();
    }

    /// <summary>As text where the bytes are UTF-8, else as hexadecimal digits.</summary>
    public static string Value(ReadOnlySpan<byte> value) => Utf8.IsValid(value) ? Text(Encoding.UTF8.GetString(value)) : "0x" + Convert.ToHexStringLower(value);

    /// <summary>At most so many characters, with a sign that there were more.</summary>
    public static string Short(string text, int length) => text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + "…";

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Bytes(long bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB"),
    };

    public static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.00} ms");

    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    /// <summary>"1 node", "3 nodes".</summary>
    public static string Count(long number, string noun) => number == 1 ? $"1 {noun}" : string.Create(CultureInfo.InvariantCulture, $"{number} {noun}s");

    /// <summary>U+2028 and U+2029 end a line for some; the others are what Unicode calls control and format characters that reorder text.</summary>
    private static bool IsControl(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
