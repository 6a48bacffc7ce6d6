using AspirePaxos.Node;
using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Transport;

public sealed class PeerConnectionsTests
{
    private static readonly NodeId Leader = new("node1"), Other = new("node2");

    private readonly LoopInbox inbox = new();
    private readonly PeerConnections connections;

    public PeerConnectionsTests() => connections = new PeerConnections(inbox);

    [Fact]
    public void A_peer_is_gone_when_the_last_of_its_heartbeat_connections_ends()
    {
        var (first, second, other) = (Heartbeats(Leader), Heartbeats(Leader), Heartbeats(Other));
        connections.Mark(first, Leader); // One more heartbeat on it.

        connections.Ended(first);
        Assert.False(inbox.TryTake(out _));
        connections.Ended(second);
        Assert.True(inbox.TryTake(out var gone));
        Assert.Equal(Leader, Assert.IsType<LoopInput.Unreachable>(gone).Node);
        connections.Ended(other);
        Assert.True(inbox.TryTake(out gone));
        Assert.Equal(Other, Assert.IsType<LoopInput.Unreachable>(gone).Node);
    }

    [Fact]
    public void The_end_of_a_connection_without_heartbeats_says_nothing()
    {
        Heartbeats(Leader);

        connections.Ended(new Dictionary<object, object?>());

        Assert.False(inbox.TryTake(out _));
    }

    private Dictionary<object, object?> Heartbeats(NodeId peer)
    {
        var connection = new Dictionary<object, object?>();
        connections.Mark(connection, peer);
        return connection;
    }
}
