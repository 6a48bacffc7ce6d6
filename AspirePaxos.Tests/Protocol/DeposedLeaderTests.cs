using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <summary>A leader that a higher ballot has deposed, and that learns so from what was chosen.</summary>
public sealed class DeposedLeaderTests
{
    /// <remarks>
    /// docs/decisions/0003: a follower that accepted this leader's proposal for the slot would take it for chosen, were the CommitIndex
    /// that covers the other command ever announced in this ballot.
    /// </remarks>
    [Fact]
    public void It_steps_down_before_it_announces_what_it_did_not_propose()
    {
        var leader = new OneReplica(5);
        var ballot = leader.Stand();
        leader.Tell(Node1, new Promise(ballot, 1, 0, 0, 0, 0, []));
        leader.Tell(Node2, new Promise(ballot, 1, 0, 0, 0, 0, []));
        Assert.Equal(Role.Leader, leader.Replica.Role);
        leader.Propose(1, "mine");
        leader.Sent<Accept>();
        leader.Sent<Heartbeat>();

        leader.Tell(Node2, new LearnReply([new LearnedCommand(1, At(ballot.Number + 1, Node2), Named("theirs"))], 1, 0));
        leader.Tick(200);

        Assert.Equal(Role.Follower, leader.Replica.Role);
        Assert.Equal(1, leader.Replica.CommitIndex);
        Assert.Empty(leader.Sent<Heartbeat>());
        Assert.Empty(leader.Sent<Accept>());
    }

    [Fact]
    public void It_steps_down_where_a_slot_is_chosen_that_it_has_not_come_to_yet()
    {
        var leader = new OneReplica();
        var ballot = leader.Lead();
        leader.Sent<Heartbeat>();

        leader.Tell(Node2, new LearnReply([new LearnedCommand(1, At(ballot.Number + 1, Node2), Named("theirs"))], 1, 0));

        Assert.Equal(Role.Follower, leader.Replica.Role);
        Assert.Empty(leader.Sent<Heartbeat>());
    }

    [Fact]
    public void It_goes_on_where_what_is_chosen_is_what_it_proposed()
    {
        var leader = new OneReplica();
        var ballot = leader.Lead();
        leader.Propose(1, "mine");
        var command = leader.Sent<Accept>()[0].Message.Commands[0];

        leader.Tell(Node2, new LearnReply([new LearnedCommand(1, ballot, command)], 1, 0));

        Assert.Equal(Role.Leader, leader.Replica.Role);
        Assert.Equal(OutcomeKind.Done, Assert.Single(leader.Completed).Outcome.Kind);
    }
}
