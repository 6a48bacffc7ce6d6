using System.Net.Sockets;
using AspirePaxos.Protocol;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace AspirePaxos.Node.Transport;

/// <summary>The way to one peer: its addresses by message, and the circuit breaker around forwarding to it.</summary>
internal sealed class PeerRoute(NodeId node, TimeSpan forwardTimeout)
{
    private readonly Dictionary<string, Uri> addresses =
        MessageNames.Requests.ToDictionary(name => name, name => new Uri($"http://{node.Name}/paxos/{name}"));

    private int reachable = -1;

    public NodeId Node { get; } = node;

    /// <summary>
    /// A deadline, and no retry: a write sent twice could run twice. The breaker opens where most forwards fail, so that clients are
    /// told at once that nothing was proposed instead of waiting for a peer that does not answer.
    /// </summary>
    public ResiliencePipeline Forwarding { get; } = new ResiliencePipelineBuilder()
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<TimeoutRejectedException>().Handle<IOException>().Handle<SocketException>(),
            FailureRatio = 0.5,
            MinimumThroughput = 8,
            SamplingDuration = TimeSpan.FromSeconds(2),
            BreakDuration = TimeSpan.FromMilliseconds(500),
        })
        .AddTimeout(forwardTimeout)
        .Build();

    public Uri Address(Message request) => addresses[MessageNames.Of(request)];

    /// <summary>False where the last message found nobody there.</summary>
    public bool IsReachable => Volatile.Read(ref reachable) != 0;

    /// <returns>What it is now, where that changed; null otherwise.</returns>
    public bool? Heard(bool now) => Interlocked.Exchange(ref reachable, now ? 1 : 0) == (now ? 1 : 0) ? null : now;
}
