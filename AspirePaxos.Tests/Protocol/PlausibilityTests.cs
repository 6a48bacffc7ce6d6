using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <summary>Numbers that nobody can have reached are refused, whatever message they come in, and change nothing.</summary>
public sealed class PlausibilityTests
{
    private const long Huge = 1L << 60;

    public static TheoryData<Request> AbsurdRequests =>
    [
        new Prepare(At(Huge, Node1), 1, 1),
        new Accept(At(Huge, Node1), 1, [Named("a")], 0),
        new Accept(At(1, Node1), Huge, [Named("a")], 0),
        new Accept(At(1, Node1), 1, [Named("a")], Huge),
        new Heartbeat(At(Huge, Node1), 0, 1),
        new Heartbeat(At(1, Node1), Huge, 1),
        new Learn([new LearnedCommand(Huge, At(1, Node1), Named("a"))]),
        new Learn([new LearnedCommand(1, At(Huge, Node1), Named("a"))]),
        new Question(1, Huge, Ballot.None),
        new Handover(At(Huge, Node1), 0),
        new Handover(At(1, Node1), Huge),
    ];

    public static TheoryData<Reply> AbsurdReplies =>
    [
        new Answer(1, true, At(Huge, Node1), 0),
        new Answer(1, true, Ballot.None, Huge),
        new HeartbeatReply(At(1, Self), 1, At(Huge, Node1), 0, 0),
        new Nack(At(1, Self), At(Huge, Node1), NackReason.Promised),
        new LearnReply([new LearnedCommand(Huge, At(1, Node1), Named("a"))], 1, 0),
        new LearnReply([], Huge, 0),
        new Promise(At(1, Self), 1, Huge, Huge, 0, 0, [new Proposal(Huge, At(1, Node1), false, Named("a"))]),
        new ReadIndexReply(1, Huge, At(1, Node1), 0),
    ];

    [Theory]
    [MemberData(nameof(AbsurdRequests))]
    public void A_request_is_refused(Request request)
    {
        var replica = new OneReplica();

        Assert.Equal(RefusalReason.Absurd, Assert.IsType<Refused>(replica.Ask(Node1, request)).Reason);
        Unchanged(replica);
    }

    [Theory]
    [MemberData(nameof(AbsurdReplies))]
    public void A_reply_is_ignored(Reply reply)
    {
        var replica = new OneReplica();

        replica.Tell(Node1, reply);

        Unchanged(replica);
    }

    [Fact]
    public void The_true_leader_is_followed_afterwards()
    {
        var replica = new OneReplica();
        replica.Ask(Node2, new Heartbeat(At(Huge, Node2), 0, 1));

        replica.Ask(Node1, new Heartbeat(At(3, Node1), 0, 1));

        Assert.Equal(Node1, replica.Replica.Leader);
    }

    private static void Unchanged(OneReplica replica)
    {
        Assert.Equal(Ballot.None, replica.Replica.Promised);
        Assert.Equal(0, replica.Replica.LastSlot);
        Assert.Equal(0, replica.Replica.KnownCommitIndex);
        Assert.Equal(NodeId.None, replica.Replica.Leader);
        Assert.Empty(replica.Writes);
    }

    /// <summary>Else its own promise would be refused as absurd by everyone.</summary>
    [Fact]
    public void What_is_further_above_the_learned_slots_than_a_report_may_reach_is_not_accepted()
    {
        var replica = new OneReplica();
        var ballot = At(2, OneReplica.Node1);
        Assert.IsType<Accepted>(replica.Ask(OneReplica.Node1, new Accept(ballot, 1 << 20, [Command.NoOp], 0)));
        Assert.Equal(RefusalReason.Absurd, Assert.IsType<Refused>(replica.Ask(OneReplica.Node1, new Accept(ballot, (1 << 20) + 1, [Command.NoOp], 0))).Reason);
    }

    [Fact]
    public void A_report_that_reaches_absurdly_far_makes_nobody_propose_millions_of_slots()
    {
        var replica = new OneReplica();
        var stands = replica.Stand();
        replica.Tell(OneReplica.Node1, new Promise(stands, 1, 3_000_000, 3_000_000, 0, 0, []));
        Assert.Equal(Role.Candidate, replica.Replica.Role);
        Assert.Equal(0, replica.Replica.LastSlot);
    }
}
