using System.Net;
using System.Net.Sockets;

namespace AspirePaxos.Benchmarks.Load;

/// <summary>How the base library delivers what sockets receive.</summary>
internal static class SocketEngine
{
    private static readonly (string Name, string Value)[] Inline = [("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"), ("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1")];

    /// <summary>
    /// Continuations run on the one thread that waits for all sockets: a switch of threads less for each answer. The settings are read
    /// once, at the first asynchronous receive, and withdrawn then: the nodes are not to inherit them.
    /// </summary>
    public static async Task RunInlineAsync()
    {
        foreach (var (name, value) in Inline) Environment.SetEnvironmentVariable(name, value);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await listener.AcceptTcpClientAsync();
        var received = server.Client.ReceiveAsync(new byte[1]);
        await client.Client.SendAsync(new byte[1]);
        await received;
        foreach (var (name, _) in Inline) Environment.SetEnvironmentVariable(name, null);
    }
}
