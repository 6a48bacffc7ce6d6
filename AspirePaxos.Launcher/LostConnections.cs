using System.Net.Sockets;

namespace AspirePaxos.Launcher;

/// <summary>
/// What <see cref="HttpClient"/> lets through as a bare <see cref="SocketException"/>, a connection that the other side reset in the moment
/// it was made, is told like every other failure to connect.
/// </summary>
public sealed class LostConnections(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <exception cref="HttpRequestException">The server cannot be reached, or the connection broke.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (SocketException reset)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, reset.Message, reset);
        }
    }
}
