using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace AspirePaxos.Tests.Fuzzing;

/// <summary>The first answer on a connection.</summary>
/// <param name="Status">0 where the server hung up without one.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(30);

    public bool IsProblem => Headers.GetValueOrDefault("content-type") == "application/problem+json";

    /// <summary>The last part of the problem's type.</summary>
    public string Problem()
    {
        using var json = JsonDocument.Parse(Body);
        var type = json.RootElement.GetProperty("type").GetString()!;
        Assert.StartsWith("https://aspirepaxos.dev/problems/", type, StringComparison.Ordinal);
        Assert.Equal(Status, json.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(json.RootElement.GetProperty("title").GetString()!);
        Assert.NotEmpty(json.RootElement.GetProperty("detail").GetString()!);
        return type[(type.LastIndexOf('/') + 1)..];
    }

    public static async Task<RawAnswer> ToAsync(int port, RawRequest request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var time = new CancellationTokenSource(limit);
        await socket.ConnectAsync("127.0.0.1", port, time.Token);
        var read = new MemoryStream();
        try
        {
            await socket.SendAsync(request.Bytes(), time.Token);

            // What is no HTTP may be half a request: the server must not wait for the rest.
            if (!request.IsHttp) socket.Shutdown(SocketShutdown.Send);
            await using var stream = new NetworkStream(socket);
            await stream.CopyToAsync(read, time.Token);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // It may hang up while it is spoken to; what it said before counts.
        }

        return Parse(read.ToArray());
    }

    private static RawAnswer Parse(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0) return new RawAnswer(0, new Dictionary<string, string>(), []);
        var lines = Encoding.Latin1.GetString(bytes[..end]).Split("\r\n");
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        if (status == 100) return Parse(bytes[(end + 4)..]);
        var headers = lines[1..].Select(line => line.Split(": ", 2)).ToDictionary(field => field[0].ToLowerInvariant(), field => field[^1]);
        var body = bytes[(end + 4)..];
        if (headers.TryGetValue("content-length", out var length)) body = body[..Math.Min(body.Length, int.Parse(length, CultureInfo.InvariantCulture))];
        return new RawAnswer(status, headers, body.ToArray());
    }
}
