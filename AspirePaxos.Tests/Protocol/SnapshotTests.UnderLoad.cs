using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <content>A busy cluster must not drop what comes after a snapshot before that has arrived.</content>
public sealed partial class SnapshotTests
{
    [Fact]
    public void The_log_is_kept_from_the_captured_slot_on_while_the_snapshot_is_being_made()
    {
        var replica = Follower(tail: 3);
        Apply(replica, 4);
        replica.Replica.MakesSnapshot(AskedForSnapshot(replica), 4, 0);
        Apply(replica, 10);
        replica.Replica.StateDurable(10);
        replica.Tick(9_000);
        Assert.Equal(4, replica.Replica.TruncatedThrough);
        replica.Tick(1_000);
        Assert.Equal(7, replica.Replica.TruncatedThrough);
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(10_000, 4)]
    public void What_is_kept_is_bounded_by_the_bytes_of_the_snapshot(long bytes, long least)
    {
        var replica = Follower(tail: 3, bytes: 50);
        Apply(replica, 4);
        replica.Replica.MakesSnapshot(AskedForSnapshot(replica), 4, bytes);
        Apply(replica, 40);
        replica.Replica.StateDurable(40);
        replica.Tick(10);
        if (bytes > 0) Assert.Equal(least, replica.Replica.TruncatedThrough);
        else Assert.InRange(replica.Replica.TruncatedThrough, least, 40);
    }

    [Fact]
    public void A_large_snapshot_may_take_longer_to_be_taken_over()
    {
        var replica = Follower(tail: 3);
        Apply(replica, 10);
        replica.Replica.AnswerSnapshot(AskedForSnapshot(replica), new SnapshotId(4, 60_000_000, 1), 0, new byte[10]);
        replica.Replica.StateDurable(10);
        replica.Tick(60_000);
        Assert.Equal(4, replica.Replica.TruncatedThrough);
        replica.Tick(10_000);
        Assert.Equal(7, replica.Replica.TruncatedThrough);
    }

    [Fact]
    public void What_is_kept_for_one_is_not_given_up_for_another_and_ends_where_it_has_come_further()
    {
        var replica = Follower(tail: 3);
        Apply(replica, 20);
        replica.Replica.AnswerSnapshot(AskedForSnapshot(replica), new SnapshotId(4, 100, 1), 0, new byte[10]);
        replica.Request(Node1, new SnapshotQuery(0, 0, 0));
        replica.Replica.AnswerSnapshot(replica.SnapshotReads[^1].Query, new SnapshotId(12, 100, 1), 0, new byte[10]);
        replica.Replica.StateDurable(20);
        replica.Tick(10);
        Assert.Equal(4, replica.Replica.TruncatedThrough);
        replica.Tell(Node2, new HeartbeatReply(ballot, 0, ballot, 9, 9));
        replica.Tick(10);
        Assert.Equal(9, replica.Replica.TruncatedThrough);
    }

    [Fact]
    public void After_the_installation_the_source_is_asked_first()
    {
        var replica = Fetching();
        replica.Tick(2_000);
        replica.Sent<SnapshotQuery>();
        replica.Tell(Node2, new SnapshotChunk(id, 0, new byte[6]));
        replica.Ask(Node1, new Heartbeat(ballot, 30, 2));
        replica.Sent<LearnQuery>();
        Assert.True(replica.Replica.InstallSnapshot(10, 0));
        replica.Turn();
        var (to, query) = Assert.Single(replica.Sent<LearnQuery>());
        Assert.Equal((Node2, 11L), (to, query.From));
    }

    [Fact]
    public void After_a_damaged_snapshot_the_next_peer_is_asked()
    {
        var replica = Follower();
        Fetch(replica);
        replica.Sent<SnapshotQuery>();
        replica.Replica.RefuseSnapshot();
        replica.Turn();
        Assert.Equal((Node2, new SnapshotQuery(0, 0, 0)), Assert.Single(replica.Sent<SnapshotQuery>()));
    }

    private static Envelope AskedForSnapshot(OneReplica replica)
    {
        replica.Request(Node2, new SnapshotQuery(0, 0, 0));
        return replica.SnapshotReads[^1].Query;
    }
}
