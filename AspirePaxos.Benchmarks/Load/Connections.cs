namespace AspirePaxos.Benchmarks.Load;

internal static class Connections
{
    /// <param name="client">As on the command line.</param>
    public static Func<Uri, IConnection> Of(string client) =>
        client == "http" ? node => new HttpClientConnection(node) : node => new SocketConnection(node);
}
