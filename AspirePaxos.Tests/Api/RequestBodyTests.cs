using System.Net;

namespace AspirePaxos.Tests.Api;

/// <summary>Bodies that are too large, and bodies where none belongs.</summary>
public sealed class RequestBodyTests(ThreeNodes nodes) : ApiTest(nodes), IClassFixture<ThreeNodes>
{
    [Theory]
    [InlineData("GET", "/store/nop")]
    [InlineData("GET", "/store/set/unwanted/v")]
    [InlineData("POST", "/store/set/unwanted/v")]
    [InlineData("DELETE", "/v1/kv/unwanted")]
    [InlineData("GET", "/v1/kv/unwanted")]
    [InlineData("GET", "/v1/status")]
    [InlineData("GET", "/")]
    public async Task A_large_body_where_none_belongs_is_refused_before_anything_is_proposed(string method, string target)
    {
        var before = await JsonAsync("GET", "/store/nop");
        var detail = await ProblemAsync(SendAsync(method, target, new string('x', 65_537)), HttpStatusCode.RequestEntityTooLarge, "body-too-large");
        await ProblemAsync(SendChunkedAsync(method, target, 1), HttpStatusCode.LengthRequired, "length-required");
        var after = await JsonAsync("GET", "/store/nop");

        Assert.Contains("65536", detail, StringComparison.Ordinal);
        Assert.Equal(before.GetProperty("slot").GetInt64() + 1, after.GetProperty("slot").GetInt64());
    }

    [Fact]
    public async Task A_small_body_where_none_belongs_does_no_harm() =>
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", "/store/set/small/v", "{}")).StatusCode);

    [Fact]
    public async Task A_chunked_body_that_is_too_large_is_refused_without_a_line_in_the_log()
    {
        using var errors = new ErrorLines();
        await using (var cluster = await InProcessCluster.StartAsync(3, errors))
        {
            await ProblemAsync(SendChunkedAsync(cluster.Clients[0], "PUT", "/v1/kv/chunked", 2 << 20), HttpStatusCode.RequestEntityTooLarge, "value-too-large");
        }

        // The nodes have stopped: what was left of the body has been dealt with.
        Assert.Empty(errors.Written);
    }

    private Task<HttpResponseMessage> SendChunkedAsync(string method, string target, int length) => SendChunkedAsync(Cluster.Clients[0], method, target, length);

    private static async Task<HttpResponseMessage> SendChunkedAsync(HttpClient client, string method, string target, int length)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(target, UriKind.Relative));
        request.Content = new ByteArrayContent(new byte[length]);
        request.Headers.TransferEncodingChunked = true;
        return await client.SendAsync(request);
    }
}
