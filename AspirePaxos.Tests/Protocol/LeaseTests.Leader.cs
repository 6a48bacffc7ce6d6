using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <content>At a leader: how it counts, and when it reads.</content>
public sealed partial class LeaseTests
{
    /// <summary>D · (1 − ε), with ε = 1/10.</summary>
    private const int Counted = 540;

    private static long AnswerLatest(OneReplica leader, params NodeId[] from)
    {
        var sent = leader.Sent<Heartbeat>()[^1].Message;
        foreach (var node in from) leader.Tell(node, new HeartbeatReply(sent.Ballot, sent.ReadSequence, sent.Ballot, 0, 0) { Lease = sent.Lease });
        return sent.ReadSequence;
    }

    [Fact]
    public void Heartbeats_ask_for_the_duration()
    {
        var leader = Leasing();
        leader.Lead();

        Assert.All(leader.Sent<Heartbeat>(), sent => Assert.Equal(Duration, sent.Message.Lease));
    }

    [Fact]
    public void With_leases_of_a_quorum_a_read_asks_nobody()
    {
        var leader = Leasing();
        leader.Lead();
        Assert.False(leader.Replica.HoldsLease(leader.Clock));
        AnswerLatest(leader, Node1);

        Assert.True(leader.Replica.ReadLeased(1, leader.Clock));
        leader.Turn();
        Assert.Equal(new ReadCompletion(1, true), Assert.Single(leader.Reads));
        Assert.Empty(leader.Sent<Heartbeat>());
    }

    [Fact]
    public void The_lease_is_counted_from_before_the_heartbeat_left_and_less_than_was_granted()
    {
        var leader = Leasing();
        leader.Lead();
        var sentAt = leader.Clock;
        leader.Tick(50);
        AnswerLatest(leader, Node1);

        Assert.True(leader.Replica.HoldsLease(sentAt + Counted - 1));
        Assert.False(leader.Replica.HoldsLease(sentAt + Counted));
    }

    [Fact]
    public void What_was_granted_is_counted_where_that_is_less_than_was_asked_for()
    {
        var leader = Leasing();
        var ballot = leader.Lead();
        leader.Tell(Node1, new HeartbeatReply(ballot, 1, ballot, 0, 0) { Lease = 100 });

        Assert.True(leader.Replica.HoldsLease(leader.Clock + 89));
        Assert.False(leader.Replica.HoldsLease(leader.Clock + 90));
    }

    [Fact]
    public void An_answer_that_grants_nothing_gives_no_lease()
    {
        var leader = Leasing();
        var ballot = leader.Lead();
        leader.Tell(Node1, new HeartbeatReply(ballot, 1, ballot, 0, 0));

        Assert.False(leader.Replica.HoldsLease(leader.Clock));
    }

    [Fact]
    public void It_takes_a_quorum_and_each_counts_once()
    {
        var leader = Leasing(5);
        var ballot = leader.Lead();
        leader.Tell(Node2, new Promise(ballot, 1, 0, 0, 0, 0, []));
        var first = AnswerLatest(leader, Node1);
        leader.Tick(leader.Replica.Options.HeartbeatInterval);
        Assert.True(AnswerLatest(leader, Node1) > first);
        Assert.False(leader.Replica.HoldsLease(leader.Clock));

        leader.Tick(leader.Replica.Options.HeartbeatInterval);
        AnswerLatest(leader, Node2);
        Assert.True(leader.Replica.HoldsLease(leader.Clock));
    }

    [Fact]
    public void The_lease_is_tested_after_the_read_arrived_whatever_the_last_tick_said()
    {
        var leader = Leasing();
        leader.Lead();
        AnswerLatest(leader, Node1);
        leader.Pause(10_000);

        Assert.False(leader.Replica.ReadLeased(1, leader.Clock));
        leader.Turn();
        Assert.Empty(leader.Reads);
    }

    [Fact]
    public void Without_a_lease_the_read_is_confirmed_as_any_other()
    {
        var leader = Leasing();
        leader.Lead();
        leader.Sent<Heartbeat>();
        Assert.False(leader.Replica.ReadLeased(1, leader.Clock));
        leader.Turn();
        Assert.Empty(leader.Reads);

        AnswerLatest(leader, Node1);
        Assert.Equal(new ReadCompletion(1, true), Assert.Single(leader.Reads));
    }

    [Fact]
    public void A_follower_asks_the_leader()
    {
        Granted(Asks(holder), Node1);
        Assert.False(acceptor.Replica.ReadLeased(1, acceptor.Clock));
        acceptor.Turn();

        Assert.Equal(Node1, Assert.Single(acceptor.Sent<ReadIndexQuery>()).To);
    }

    [Fact]
    public void Nothing_is_read_by_lease_before_everything_reported_is_learned()
    {
        var leader = Leasing();
        var ballot = leader.Stand();
        leader.Tell(Node1, new Promise(ballot, 1, 1, 1, 0, 0, [new Proposal(1, At(1, Node2), false, Named("x"))]));
        AnswerLatest(leader, Node1);
        Assert.False(leader.Replica.HoldsLease(leader.Clock));

        leader.Tell(Node1, new Accepted(ballot, 1, 1));
        Assert.True(leader.Replica.HoldsLease(leader.Clock));
    }

    [Fact]
    public void A_read_waits_until_what_is_chosen_is_applied()
    {
        var leader = Leasing();
        var ballot = leader.Lead();
        AnswerLatest(leader, Node1);
        leader.Propose(1, "x");
        leader.Replica.Receive(new Envelope(
            new Identity(Node1, leader.Cluster.Members[1].Incarnation, 1), leader.Replica.Options.Self, "c1", Mode.Multi, new Accepted(ballot, 1, 1)));

        Assert.True(leader.Replica.ReadLeased(2, leader.Clock));
        var ready = leader.Replica.TakeReady();
        Assert.Single(ready.Chosen);
        Assert.Empty(ready.Reads);

        leader.Replica.Applied(1, ["1"u8.ToArray()], 1);
        Assert.Equal(new ReadCompletion(2, true), Assert.Single(leader.Replica.TakeReady().Reads));
    }

    [Fact]
    public void A_leader_that_hands_over_reads_by_no_lease_any_more_and_asks_for_none()
    {
        var leader = Leasing();
        leader.Lead();
        AnswerLatest(leader, Node1);
        leader.Replica.HandOver();
        Assert.False(leader.Replica.HoldsLease(leader.Clock));
        leader.Sent<Heartbeat>();

        // Nobody takes over in time, and it goes on leading.
        for (var i = 0; i < 20; i++)
        {
            leader.Tick(leader.Replica.Options.HeartbeatInterval);
            Assert.All(leader.Sent<Heartbeat>(), sent =>
            {
                Assert.Equal(0, sent.Message.Lease);
                leader.Tell(sent.To, new HeartbeatReply(sent.Message.Ballot, sent.Message.ReadSequence, sent.Message.Ballot, 0, 0) { Lease = Duration });
            });
        }

        Assert.Equal(Role.Leader, leader.Replica.Role);
        Assert.False(leader.Replica.HoldsLease(leader.Clock));
    }

    /// <remarks>The process on the lost directory may still run, cut off, and the new one is bound by nothing that it granted.</remarks>
    [Fact]
    public void What_a_lost_directory_granted_counts_no_more_once_the_loss_is_noted()
    {
        var leader = Leasing();
        leader.Lead();
        AnswerLatest(leader, Node1);
        Assert.True(leader.Replica.HoldsLease(leader.Clock));

        var lost = leader.Cluster.Members[1];
        leader.Replica.Receive(new Envelope(
            new Identity(Node1, lost.Incarnation + 100, 1), leader.Replica.Options.Self, "c1", Mode.Multi, new RecoverQuery(0, 0, [lost])));
        Assert.False(leader.Replica.HoldsLease(leader.Clock));
    }

    [Fact]
    public void Who_leads_no_more_holds_no_lease()
    {
        var leader = Leasing();
        leader.Lead();
        AnswerLatest(leader, Node1);
        Assert.IsType<Promise>(leader.Ask(Node2, Prepares(At(100, Node2))));

        Assert.False(leader.Replica.HoldsLease(leader.Clock));
    }
}
