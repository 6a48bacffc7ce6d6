using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;

namespace AspirePaxos.Node.Api;

/// <summary>
/// Reads keys from the request line as it came. The server's own Path is decoded in part and has dot segments folded away, so that
/// different keys would become one.
/// </summary>
internal static class RequestTarget
{
    /// <summary>The path as it came, percent-encoded, without the query; of a target in absolute form the part behind the authority.</summary>
    public static string RawPath(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.StartsWith('/'))
        {
            var authority = target.IndexOf("://", StringComparison.Ordinal);
            var start = authority < 0 ? -1 : target.IndexOf('/', authority + 3);
            target = start < 0 ? "/" : target[start..];
        }

        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }

    /// <summary>What follows so many segments, slashes included; empty where there is nothing.</summary>
    /// <param name="rawPath">Begins with a slash.</param>
    public static ReadOnlySpan<char> After(string rawPath, int segments)
    {
        var rest = rawPath.AsSpan(1);
        for (var i = 0; i < segments; i++)
        {
            var slash = rest.IndexOf('/');
            if (slash < 0) return [];
            rest = rest[(slash + 1)..];
        }

        return rest;
    }

    /// <summary>A segment <c>.</c> or <c>..</c>, encoded or not: clients and servers fold these.</summary>
    public static bool HasDotSegment(ReadOnlySpan<char> rawPath)
    {
        foreach (var range in rawPath.Split('/'))
        {
            var segment = rawPath[range];
            var dots = 0;
            while (dots <= 2 && !segment.IsEmpty)
            {
                if (segment[0] == '.') segment = segment[1..];
                else if (segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase)) segment = segment[3..];
                else break;
                dots++;
            }

            if (segment.IsEmpty && dots is 1 or 2) return true;
        }

        return false;
    }

    /// <summary>Percent-decodes exactly once.</summary>
    /// <param name="form">As in a form or query: + is a space.</param>
    /// <returns>False where a percent sign is not followed by two hexadecimal digits, or the bytes are not UTF-8.</returns>
    public static bool TryDecode(ReadOnlySpan<char> encoded, bool form, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        if (encoded.IndexOfAny('%', '+') < 0 && Ascii.IsValid(encoded))
        {
            decoded = encoded.ToString();
            return true;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(encoded.Length));
        try
        {
            var length = 0;
            while (!encoded.IsEmpty)
            {
                var literal = encoded.IndexOfAny('%', '+');
                if (literal != 0)
                {
                    var run = literal < 0 ? encoded : encoded[..literal];
                    length += Encoding.UTF8.GetBytes(run, buffer.AsSpan(length));
                    encoded = encoded[run.Length..];
                }
                else if (encoded[0] == '+')
                {
                    buffer[length++] = (byte)(form ? ' ' : '+');
                    encoded = encoded[1..];
                }
                else
                {
                    if (encoded.Length < 3 || !char.IsAsciiHexDigit(encoded[1]) || !char.IsAsciiHexDigit(encoded[2])) return false;
                    buffer[length++] = Convert.FromHexString(encoded[1..3])[0];
                    encoded = encoded[3..];
                }
            }

            var bytes = buffer.AsSpan(0, length);
            if (!Utf8.IsValid(bytes)) return false;
            decoded = Encoding.UTF8.GetString(bytes);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The key that follows so many segments of the path.</summary>
    public static string? Key(HttpContext http, int segments, int maxBytes, out Problem? problem) =>
        Key(After(RawPath(http), segments), maxBytes, out problem);

    public static string? Key(ReadOnlySpan<char> encoded, int maxBytes, out Problem? problem)
    {
        if (!TryDecode(encoded, form: false, out var key)) problem = Problem.BadPath("The key in the path is not percent-encoded UTF-8.");
        else if (key.Contains('\0', StringComparison.Ordinal)) problem = Problem.BadPath("A path cannot carry NUL.");
        else problem = KeyProblem(key, maxBytes, inPath: true);
        return problem is null ? key : null;
    }

    /// <summary>Null where the key may be used.</summary>
    public static Problem? KeyProblem(string key, int maxBytes, bool inPath) =>
        key.Length == 0 ? Problem.Invalid("The key is empty; a key has at least one character.")
        : Encoding.UTF8.GetByteCount(key) > maxBytes ? Problem.KeyTooLong(maxBytes, inPath)
        : null;
}
