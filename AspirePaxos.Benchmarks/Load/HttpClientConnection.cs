using System.Net.Http.Headers;
using AspirePaxos.Launcher;

namespace AspirePaxos.Benchmarks.Load;

/// <summary>The same requests through the base library's client, to see what that costs.</summary>
internal sealed class HttpClientConnection(Uri node) : IConnection
{
    private readonly HttpMessageInvoker client = new(new LostConnections(new SocketsHttpHandler { MaxConnectionsPerServer = 1, UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null }));

    public async ValueTask<int> ExchangeAsync(RequestTemplate request, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(request.Method, new Uri(node, request.Path));
        if (request.IdempotencyKey is { } key) message.Headers.Add("Idempotency-Key", key);
        if (request.Body.Length > 0)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        try
        {
            using var response = await client.SendAsync(message, cancellation);
            await response.Content.CopyToAsync(Stream.Null, cancellation);
            return (int)response.StatusCode;
        }
        catch (HttpRequestException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public void Dispose() => client.Dispose();
}
