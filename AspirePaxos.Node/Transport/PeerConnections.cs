using AspirePaxos.Protocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AspirePaxos.Node.Transport;

/// <summary>
/// Notices that a leader's process is gone without waiting for a timeout (rule 11): it keeps the connection of its heartbeats open for
/// as long as it lives, so that the end of that connection counts as silence at once.
/// </summary>
internal static class PeerConnections
{
    private static readonly object Key = new();

    public static void Watch(ListenOptions listen, LoopInbox inbox) => listen.Use(next => async connection =>
    {
        try
        {
            await next(connection);
        }
        finally
        {
            if (connection.Items.TryGetValue(Key, out var peer)) inbox.Post(new LoopInput.Unreachable((NodeId)peer!));
        }
    });

    /// <summary>This connection carries the peer's heartbeats.</summary>
    public static void Mark(HttpContext context, NodeId peer)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items is { } items) items.TryAdd(Key, peer);
    }
}
