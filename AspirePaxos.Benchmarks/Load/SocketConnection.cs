using System.Net;
using System.Net.Sockets;

namespace AspirePaxos.Benchmarks.Load;

/// <summary>A bare socket: no headers parsed that nobody reads, no allocation per request.</summary>
internal sealed class SocketConnection(Uri node) : IConnection
{
    private Socket? socket;
    private byte[] buffer = new byte[4_096];

    public async ValueTask<int> ExchangeAsync(RequestTemplate request, CancellationToken cancellation)
    {
        try
        {
            socket ??= await ConnectAsync(cancellation);
            for (var rest = request.Bytes; rest.Length > 0;) rest = rest[await socket.SendAsync(rest, SocketFlags.None, cancellation)..];
            return await ReceiveAsync(socket, cancellation);
        }
        catch (Exception e)
        {
            Dispose();
            if (e is SocketException or FormatException or ObjectDisposedException) throw new IOException($"{node}: {e.Message}", e);
            throw;
        }
    }

    public void Dispose()
    {
        socket?.Dispose();
        socket = null;
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        var made = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await made.ConnectAsync(new IPEndPoint(IPAddress.Loopback, node.Port), cancellation);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    private async ValueTask<int> ReceiveAsync(Socket from, CancellationToken cancellation)
    {
        for (var filled = 0; ;)
        {
            if (filled == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            var read = await from.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, cancellation);
            if (read == 0) throw new IOException($"{node} hung up.");
            filled += read;
            if (Answer.Find(buffer.AsSpan(0, filled)) is not { } answer) continue;
            if (answer.Length != filled) throw new IOException($"{node} sent more than one answer to one request.");
            return answer.Status;
        }
    }
}
