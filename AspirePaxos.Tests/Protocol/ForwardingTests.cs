using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <summary>Rule 8 at a follower: what comes back as not proposed waits for a leader, and no longer than its client may wait.</summary>
public sealed class ForwardingTests
{
    private static readonly NodeId Nobody = NodeId.None;

    /// <remarks>Found by seeds 11269 and 11428: an older write waited behind a younger one, past its deadline.</remarks>
    [Fact]
    public void Writes_that_come_back_keep_their_order_and_end_in_time()
    {
        var follower = new OneReplica();
        follower.Ask(Node1, new Heartbeat(At(1, Node1), 0, 1));
        follower.Propose(1, "older");
        follower.Tell(Node1, new Forwarded([new(1, Outcome.NotProposed)], Nobody, Ballot.None, 0));
        follower.Tick(20);
        follower.Propose(2, "younger");
        follower.Sent<Forward>();

        for (var i = 0; i < 3; i++)
        {
            follower.Ask(Node1, new Heartbeat(At(1, Node1), 0, 2));
            follower.Tick(40);
            var forward = Assert.Single(follower.Sent<Forward>()).Message;
            Assert.Equal([1L, 2L], forward.Commands.Select(command => command.RequestId));
            follower.Tell(Node1, new Forwarded([new(1, Outcome.NotProposed), new(2, Outcome.NotProposed)], Nobody, Ballot.None, 0));
        }

        var passed = 140;
        while (follower.Completed.Count == 0 && passed < 6_000)
        {
            follower.Tick(10);
            passed += 10;
            foreach (var (to, forward) in follower.Sent<Forward>())
            {
                follower.Tell(to, new Forwarded([.. forward.Commands.Select(command => new ForwardedOutcome(command.RequestId, Outcome.NotProposed))], Nobody, Ballot.None, 0));
            }
        }

        Assert.Equal(new WriteCompletion(1, Outcome.NotProposed), Assert.Single(follower.Completed));
        Assert.InRange(passed, 4_990, 5_020);
    }

    /// <remarks>A paused leader keeps its connections open and answers nothing: the client hears so when another leads, not seconds later.</remarks>
    [Fact]
    public void What_a_leader_has_not_answered_is_unknown_as_soon_as_another_leads()
    {
        var follower = new OneReplica();
        follower.Ask(Node1, new Heartbeat(At(1, Node1), 0, 1));
        follower.Propose(7, "a");
        Assert.Equal(Node1, Assert.Single(follower.Sent<Forward>()).To);
        Assert.Empty(follower.Completed);

        follower.Ask(Node2, new Heartbeat(At(2, Node2), 0, 1));
        follower.Tick(10);

        Assert.Equal(new WriteCompletion(7, Outcome.Unknown), Assert.Single(follower.Completed));
    }
}
