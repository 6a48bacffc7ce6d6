using System.Net.Sockets;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Tests.Web;

public sealed class TroubleTests
{
    [Fact]
    public async Task A_connection_reset_as_it_is_made_is_told_and_not_thrown()
    {
        using var http = new HttpClient(new Reset());
        var node = new NodeClient("node0", new Uri("http://127.0.0.1"), http);

        var answer = await node.ReadAsync("key", TestContext.Current.CancellationToken);

        Assert.Null(answer.Status);
        Assert.Equal("the connection broke", answer.Said);
        Assert.True(Trouble.IsExpected(await Assert.ThrowsAsync<SocketException>(() => node.StatusAsync(TestContext.Current.CancellationToken))));
    }

    private sealed class Reset : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new SocketException((int)SocketError.NotConnected);
    }
}
