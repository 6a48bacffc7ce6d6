using AspirePaxos.Protocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AspirePaxos.Node.Transport;

/// <summary>
/// Notices that a leader's process is gone without waiting for a timeout (rule 11): as long as it lives it keeps a connection for its
/// heartbeats open, so that the end of the last one counts as silence at once. It may have had several, and closes what it does not need.
/// </summary>
internal sealed class PeerConnections(LoopInbox inbox)
{
    private static readonly object Key = new();

    private readonly Lock gate = new();
    private readonly Dictionary<NodeId, int> open = [];

    public void Watch(ListenOptions listen) => listen.Use(next => async connection =>
    {
        try
        {
            await next(connection);
        }
        finally
        {
            Ended(connection.Items);
        }
    });

    /// <summary>This connection carries the peer's heartbeats.</summary>
    public void Mark(HttpContext context, NodeId peer)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items is { } items) Mark(items, peer);
    }

    internal void Mark(IDictionary<object, object?> connection, NodeId peer)
    {
        if (!connection.TryAdd(Key, peer)) return;
        lock (gate) open[peer] = open.GetValueOrDefault(peer) + 1;
    }

    internal void Ended(IDictionary<object, object?> connection)
    {
        if (!connection.TryGetValue(Key, out var marked)) return;
        var peer = (NodeId)marked!;
        lock (gate)
        {
            if (--open[peer] > 0) return;
        }

        inbox.Post(new LoopInput.Unreachable(peer));
    }
}
