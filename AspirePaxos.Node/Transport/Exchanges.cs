using System.Collections.Concurrent;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

/// <summary>HTTP requests of peers that wait for the replica's reply, by token.</summary>
internal sealed class Exchanges
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Envelope>> waiting = new();
    private long lastToken;

    public (long Token, Task<Envelope> Reply) Begin()
    {
        var token = Interlocked.Increment(ref lastToken);
        var reply = new TaskCompletionSource<Envelope>();
        waiting[token] = reply;
        return (token, reply.Task);
    }

    /// <summary>A reply that nobody waits for any more is lost, as any message may be.</summary>
    public void Answer(Envelope reply)
    {
        if (waiting.TryRemove(reply.Token, out var exchange)) exchange.TrySetResult(reply);
    }

    public void Forget(long token) => waiting.TryRemove(token, out _);
}
