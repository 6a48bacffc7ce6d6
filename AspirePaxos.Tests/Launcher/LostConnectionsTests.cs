using System.Net;
using System.Net.Sockets;
using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

public sealed class LostConnectionsTests : IDisposable
{
    private readonly Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Uri address;

    public LostConnectionsTests()
    {
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen();
        address = new($"http://{server.LocalEndPoint}/");
    }

    [Fact]
    public async Task A_connection_reset_as_it_is_made_is_a_failure_to_connect()
    {
        using var client = new HttpMessageInvoker(new LostConnections(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ResetAsync }));

        var lost = await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(new HttpRequestMessage(HttpMethod.Get, address), TestContext.Current.CancellationToken));

        Assert.Equal(HttpRequestError.ConnectionError, lost.HttpRequestError);
        Assert.IsType<SocketException>(lost.InnerException);
    }

    public void Dispose() => server.Dispose();

    /// <summary>A connection of which the client learns only after it was made that the server has ended it.</summary>
    private async ValueTask<Stream> ResetAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(context.DnsEndPoint, stop);
        using (var accepted = await server.AcceptAsync(stop)) accepted.LingerState = new LingerOption(true, 0);
        var stream = new NetworkStream(client, ownsSocket: true);
        Assert.True(client.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead));
        return stream;
    }
}
