using System.Collections.Concurrent;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

/// <summary>One kind of traffic: its connections, its timeout, and how many requests per peer may be under way.</summary>
internal sealed class PeerLane : IDisposable
{
    /// <summary>
    /// Below the 130 s after which the peer's server closes, so that no request meets a connection that is just being closed; above the
    /// longest interval between heartbeats, so that theirs stays open.
    /// </summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(90);

    private readonly int maxInFlight;
    private readonly ConcurrentDictionary<NodeId, Counter> inFlight = new();

    public PeerLane(Func<HttpMessageHandler, HttpMessageHandler> discover, int maxInFlight, TimeSpan timeout)
    {
        this.maxInFlight = maxInFlight;
        Timeout = timeout;
        Invoker = new HttpMessageInvoker(discover(new SocketsHttpHandler
        {
            ConnectTimeout = timeout,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,

            PooledConnectionIdleTimeout = IdleTimeout,

            // The tracer decides which requests carry a traceparent; the handler would make a span for each.
            ActivityHeadersPropagator = null,
        }));
    }

    public HttpMessageInvoker Invoker { get; }

    public TimeSpan Timeout { get; }

    /// <summary>False where too much is under way: what is dropped the protocol sends again.</summary>
    public bool TryEnter(NodeId peer)
    {
        var counter = inFlight.GetOrAdd(peer, static _ => new Counter());
        if (Interlocked.Increment(ref counter.Value) <= maxInFlight) return true;
        Interlocked.Decrement(ref counter.Value);
        return false;
    }

    public void Leave(NodeId peer) => Interlocked.Decrement(ref inFlight[peer].Value);

    public void Dispose() => Invoker.Dispose();

    private sealed class Counter
    {
        public int Value;
    }
}
