using System.Globalization;
using System.Text;

namespace AspirePaxos.Tests.Fuzzing;

/// <summary>A request as bytes, which no client library would send.</summary>
internal sealed class RawRequest(string method, string target, byte[]? body = null)
{
    private Func<byte[], byte[]>? damage;

    /// <summary>Whether it is HTTP, so that an endpoint answers; else the server may refuse it without a word, or hang up.</summary>
    public bool IsHttp { get; private set; } = true;

    public string Method { get; set; } = method;

    public string Target { get; set; } = target;

    public byte[]? Body { get; set; } = body;

    public List<(string Name, string Value)> Headers { get; } = [];

    public bool Chunked { get; set; }

    public string Version { get; set; } = "HTTP/1.1";

    /// <summary>Instead of the true one.</summary>
    public string? ContentLength { get; set; }

    public RawRequest With(string name, string value)
    {
        Headers.Add((name, value));
        return this;
    }

    /// <summary>Ends as no HTTP.</summary>
    public void Break(Func<byte[], byte[]>? damage)
    {
        IsHttp = false;
        this.damage = damage;
    }

    public byte[] Bytes()
    {
        var head = new StringBuilder($"{Method} {Target} {Version}\r\nHost: localhost\r\n");
        foreach (var (name, value) in Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        var content = Body ?? [];
        if (Chunked)
        {
            head.Append("Transfer-Encoding: chunked\r\n");
            content = content.Length == 0
                ? [.. "0\r\n\r\n"u8]
                : [.. Encoding.ASCII.GetBytes($"{content.Length:x}\r\n"), .. content, .. "\r\n0\r\n\r\n"u8];
        }
        else if (ContentLength is not null || Body is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {ContentLength ?? content.Length.ToString(CultureInfo.InvariantCulture)}\r\n");
        }

        head.Append("Connection: close\r\n\r\n");
        byte[] bytes = [.. Encoding.Latin1.GetBytes(head.ToString()), .. content];
        return damage is null ? bytes : damage(bytes);
    }
}
