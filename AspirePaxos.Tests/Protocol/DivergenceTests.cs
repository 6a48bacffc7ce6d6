using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <summary>Rule 14: a replica whose state went another way than a quorum's must not serve. Here the hash after a slot is the slot's number.</summary>
public sealed class DivergenceTests
{
    private static readonly Ballot ballot = At(2, Node1);

    [Fact]
    public void It_stops_for_good_when_a_quorum_agrees_on_another_hash()
    {
        var replica = AppliedTwo();
        replica.Ask(Node1, Announce(new NodeHash(Node1, 99)));
        Assert.Null(replica.Replica.Rejection);
        replica.Ask(Node1, Announce(new NodeHash(Node1, 99), new NodeHash(Node2, 99)));
        Assert.Contains("differs", replica.Replica.Rejection, StringComparison.Ordinal);
        Assert.NotNull(replica.Writes[^1].Cluster!.Stopped);
        Assert.IsType<Refused>(replica.Ask(Node1, new Heartbeat(ballot, 2, 9)));
    }

    [Fact]
    public void It_goes_on_when_it_is_the_other_that_differs()
    {
        var replica = AppliedTwo();
        replica.Ask(Node1, Announce(new NodeHash(Node1, 2), new NodeHash(Node2, 99)));
        Assert.Null(replica.Replica.Rejection);
    }

    [Fact]
    public void All_stop_where_no_quorum_agrees()
    {
        var replica = AppliedTwo();
        replica.Ask(Node1, Announce(new NodeHash(Node1, 98), new NodeHash(Node2, 99)));
        Assert.Contains("no quorum", replica.Replica.Rejection, StringComparison.Ordinal);
    }

    [Fact]
    public void A_heartbeat_with_hashes_is_answered_with_the_own_one_at_the_latest_common_slot()
    {
        var replica = AppliedTwo();
        var reply = Assert.IsType<HeartbeatReply>(replica.Ask(Node1, Announce(new NodeHash(Node1, 2))));
        Assert.Equal(2, reply.Hashes!.Slot);
        Assert.Equal([new NodeHash(Self, 2), new NodeHash(Node1, 2)], reply.Hashes.Hashes);
    }

    [Fact]
    public void What_it_hears_before_it_has_come_that_far_counts_once_it_has()
    {
        var replica = new OneReplica(options: options => options with { HashInterval = 2 });
        replica.Ask(Node1, Announce(new NodeHash(Node1, 99), new NodeHash(Node2, 99)));
        Assert.Null(replica.Replica.Rejection);
        Apply(replica, 2);
        Assert.Contains("differs", replica.Replica.Rejection, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_answered_from_a_state_that_went_another_way()
    {
        var replica = new OneReplica(options: options => options with { HashInterval = 2 });
        replica.Lead();
        replica.Tell(Node1, new HeartbeatReply(replica.Replica.Ballot, 0, Ballot.None, 0, 0) { Hashes = new HashReport(2, [new NodeHash(Node1, 99), new NodeHash(Node2, 99)]) });
        replica.Propose(1, "a");
        replica.Propose(2, "b");
        replica.Propose(3, "c");
        replica.Tell(Node1, new Accepted(replica.Replica.Ballot, 1, 3));
        Assert.Contains("differs", replica.Replica.Rejection, StringComparison.Ordinal);
        Assert.Equal([1L], replica.Completed.Where(write => write.Outcome.Kind == OutcomeKind.Done).Select(write => write.RequestId));
    }

    /// <remarks>Seed 4048409: two that went wrong one after the other, the first of which was replaced, looked like three opinions.</remarks>
    [Fact]
    public void What_state_a_lost_directory_had_is_forgotten_with_it()
    {
        var replica = AppliedTwo();
        replica.Ask(Node1, Announce(new NodeHash(Node2, 99)));
        replica.Replica.Receive(new Envelope(new Identity(Node2, 0xbb, 1), replica.Replica.Options.Self, "c1", Mode.Multi, new RecoverQuery(0, 0, [new Member(Node2, 0xa2)]), 7));
        replica.Ask(Node1, Announce(new NodeHash(Node1, 98)));
        Assert.Null(replica.Replica.Rejection);
        var reply = Assert.IsType<HeartbeatReply>(replica.Ask(Node1, Announce(new NodeHash(Node2, 2))));
        Assert.Null(replica.Replica.Rejection);
        Assert.Equal([new NodeHash(Self, 2), new NodeHash(Node1, 98), new NodeHash(Node2, 2)], reply.Hashes!.Hashes);
    }

    private static OneReplica AppliedTwo()
    {
        var replica = new OneReplica(options: options => options with { HashInterval = 2 });
        Apply(replica, 2);
        return replica;
    }

    private static void Apply(OneReplica replica, long through)
    {
        for (long slot = 1; slot <= through; slot++) replica.Ask(Node1, new Accept(ballot, slot, [Named("a")], slot - 1));
        replica.Ask(Node1, new Heartbeat(ballot, through, 1));
        Assert.Equal(through, replica.Replica.AppliedIndex);
    }

    private static Heartbeat Announce(params NodeHash[] hashes) => new(ballot, 2, 5) { Hashes = new HashReport(2, hashes) };
}
