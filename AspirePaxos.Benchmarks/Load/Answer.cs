using System.Buffers.Text;

namespace AspirePaxos.Benchmarks.Load;

/// <summary>The frame of an HTTP/1.1 answer: just enough to know its status and where it ends.</summary>
internal readonly record struct Answer(int Status, int Length)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <returns>Null where the bytes are only the beginning of an answer.</returns>
    /// <exception cref="FormatException">They are no answer.</exception>
    public static Answer? Find(ReadOnlySpan<byte> bytes)
    {
        var head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0) return null;
        if (!bytes.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(bytes[9..head], out int status, out var digits) || digits != 3)
        {
            throw new FormatException("This is no HTTP/1.1 answer.");
        }

        var (length, chunked) = Framing(bytes[..(head + 2)]);
        var body = head + 4;
        if (chunked) return Chunks(bytes, body) is { } end ? new Answer(status, end) : null;
        if (status is 204 or 304) length = 0;
        return length < 0
            ? throw new FormatException("An answer has neither Content-Length nor chunks: its end cannot be found on a kept connection.")
            : bytes.Length >= body + length ? new Answer(status, body + length) : null;
    }

    private static (int Length, bool Chunked) Framing(ReadOnlySpan<byte> head)
    {
        var (length, chunked) = (-1, false);
        for (var line = head; line.Length > 0;)
        {
            var end = line.IndexOf("\r\n"u8);
            var field = line[..end];
            if (Names(field, "content-length:"u8)) _ = Utf8Parser.TryParse(field[15..].TrimStart((byte)' '), out length, out _);
            else if (Names(field, "transfer-encoding:"u8)) chunked = field[18..].IndexOf("chunked"u8) >= 0;
            line = line[(end + 2)..];
        }

        return (length, chunked);
    }

    private static bool Names(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name) =>
        field.Length >= name.Length && System.Text.Ascii.EqualsIgnoreCase(field[..name.Length], name);

    /// <returns>Where the last chunk ends; null where it is not there yet.</returns>
    private static int? Chunks(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length)
        {
            var line = bytes[at..].IndexOf("\r\n"u8);
            if (line < 0) return null;
            if (!Utf8Parser.TryParse(bytes[at..], out int size, out _, 'x')) throw new FormatException("A chunk's size is no number.");
            at += line + 2 + size + 2;
            if (size == 0) return at <= bytes.Length ? at : null;
        }

        return null;
    }
}
