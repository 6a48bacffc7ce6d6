using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <summary>Rule 16, at an acceptor: what a lease forbids, for how long, and to whom it is granted.</summary>
public sealed partial class LeaseTests
{
    private const int Duration = 600;
    private static readonly Ballot holder = At(5, Node1);
    private static readonly Ballot other = At(6, Node2);

    private readonly OneReplica acceptor = Leasing();

    public LeaseTests() => acceptor.Tick(Duration + 10);

    private static OneReplica Leasing(int count = 3, DurableState? restored = null) =>
        new(count, restored, options: options => options with { LeaseDuration = Duration });

    private static Heartbeat Asks(Ballot ballot, int lease = Duration, long sequence = 1) => new(ballot, 0, sequence) { Lease = lease };

    private static Prepare Prepares(Ballot ballot) => new(ballot, 1, 1);

    private int Granted(Heartbeat heartbeat, NodeId from) => ((HeartbeatReply)acceptor.Ask(from, heartbeat)!).Lease;

    [Fact]
    public void Without_the_option_nothing_is_asked_for_granted_or_refused()
    {
        var plain = new OneReplica();
        plain.Lead();
        Assert.All(plain.Sent<Heartbeat>(), sent => Assert.Equal(0, sent.Message.Lease));

        var follower = new OneReplica();
        Assert.Equal(0, ((HeartbeatReply)follower.Ask(Node1, Asks(holder))!).Lease);
        Assert.IsType<Promise>(follower.Ask(Node2, Prepares(other)));
    }

    [Fact]
    public void A_positive_answer_grants_what_is_asked_up_to_ones_own_duration()
    {
        Assert.Equal(200, Granted(Asks(holder, 200), Node1));
        Assert.Equal(Duration, Granted(Asks(holder, 5_000), Node1));
        Assert.Equal(0, Granted(Asks(holder, 0), Node1));
    }

    [Fact]
    public void A_negative_answer_grants_nothing()
    {
        acceptor.Ask(Node2, Prepares(other));

        Assert.Equal(0, Granted(Asks(holder), Node1));
        Assert.IsType<Promise>(acceptor.Ask(Node2, Prepares(At(7, Node2))));
    }

    [Fact]
    public void While_a_lease_lasts_no_other_ballot_is_promised()
    {
        Granted(Asks(holder), Node1);
        acceptor.Tick(Duration);

        var nack = Assert.IsType<Nack>(acceptor.Ask(Node2, Prepares(other)));
        Assert.Equal((other, NackReason.Leased), (nack.RefusedBallot, nack.Reason));
        Assert.NotEqual(other, acceptor.Replica.Promised);

        acceptor.Tick(20);
        Assert.IsType<Promise>(acceptor.Ask(Node2, Prepares(other)));
    }

    [Fact]
    public void While_a_lease_lasts_nothing_of_another_ballot_is_accepted()
    {
        Granted(Asks(holder), Node1);
        acceptor.Tick(Duration);

        Assert.Equal(NackReason.Leased, Assert.IsType<Nack>(acceptor.Ask(Node2, new Accept(other, 1, [Named("x")], 0))).Reason);
        acceptor.Tick(20);
        Assert.IsType<Accepted>(acceptor.Ask(Node2, new Accept(other, 1, [Named("x")], 0)));
    }

    [Fact]
    public void Its_holder_is_answered_and_keeps_it()
    {
        Granted(Asks(holder), Node1);

        Assert.IsType<Promise>(acceptor.Ask(Node1, Prepares(holder)));
        Assert.IsType<Accepted>(acceptor.Ask(Node1, new Accept(holder, 1, [Named("x")], 0)));
        Assert.IsType<Nack>(acceptor.Ask(Node2, Prepares(other)));
    }

    [Fact]
    public void While_a_lease_lasts_none_is_granted_to_another_ballot()
    {
        Granted(Asks(holder), Node1);
        Assert.Equal(0, Granted(Asks(other), Node2));

        acceptor.Tick(Duration + 20);
        Assert.Equal(Duration, Granted(Asks(other), Node2));
    }

    [Fact]
    public void While_a_lease_lasts_no_ballot_of_ones_own_is_prepared_although_the_leader_is_gone()
    {
        Granted(Asks(holder), Node1);
        acceptor.Tick(10);
        acceptor.Replica.PeerUnreachable(Node1);
        acceptor.Tick(Duration - 10);
        Assert.Empty(acceptor.Sent<Question>());

        acceptor.Tick(20 + acceptor.Replica.Options.HeartbeatInterval);
        Assert.NotEmpty(acceptor.Sent<Question>());
    }

    [Fact]
    public void A_lease_granted_after_a_pause_lasts_as_long_as_any()
    {
        acceptor.Pause(10_000);
        Granted(Asks(holder), Node1);
        acceptor.Tick(10);

        Assert.Equal(NackReason.Leased, Assert.IsType<Nack>(acceptor.Ask(Node2, Prepares(other))).Reason);
    }

    [Fact]
    public void After_a_start_only_the_ballot_promised_before_is_answered_for_as_long_as_a_lease_may_last()
    {
        Granted(Asks(holder), Node1);
        acceptor.Ask(Node1, Prepares(holder));

        var restarted = Leasing(restored: acceptor.Durable);
        restarted.Tick(Duration);
        Assert.Equal(NackReason.Leased, Assert.IsType<Nack>(restarted.Ask(Node2, Prepares(other))).Reason);
        Assert.Equal(NackReason.Leased, Assert.IsType<Nack>(restarted.Ask(Node2, new Accept(other, 1, [Named("x")], 0))).Reason);
        Assert.IsType<Accepted>(restarted.Ask(Node1, new Accept(holder, 1, [Named("x")], 0)));

        restarted.Tick(10);
        Assert.IsType<Promise>(restarted.Ask(Node2, Prepares(other)));
    }

    [Fact]
    public void After_a_start_no_ballot_of_ones_own_is_prepared()
    {
        var restarted = Leasing();
        restarted.Ask(Node1, new Heartbeat(holder, 0, 1));
        restarted.Replica.PeerUnreachable(Node1);
        restarted.Tick(Duration);
        Assert.Empty(restarted.Sent<Question>());
    }

    [Fact]
    public void Who_was_handed_over_to_by_the_holder_is_answered_and_nobody_else()
    {
        Granted(Asks(holder), Node1);

        Assert.IsType<Nack>(acceptor.Ask(Node2, Prepares(other) with { Handover = At(4, Node1) }));
        Assert.IsType<Promise>(acceptor.Ask(Node2, Prepares(other) with { Handover = holder }));
        Assert.IsType<Accepted>(acceptor.Ask(Node2, new Accept(other, 1, [Named("x")], 0)));
        Assert.Equal(Duration, Granted(Asks(other), Node2));
    }

    /// <remarks>The lease that was granted before may have been to a higher ballot than the one that hands over.</remarks>
    [Fact]
    public void After_a_start_a_handover_opens_no_way()
    {
        acceptor.Ask(Node1, Prepares(holder));
        var restarted = Leasing(restored: acceptor.Durable);

        Assert.Equal(NackReason.Leased, Assert.IsType<Nack>(restarted.Ask(Node2, Prepares(other) with { Handover = holder })).Reason);
    }

    [Fact]
    public void Who_is_handed_over_to_stands_at_once_and_names_the_ballot()
    {
        Granted(Asks(holder), Node1);
        acceptor.Ask(Node1, new Handover(holder, 0));
        foreach (var (to, question) in acceptor.Sent<Question>()) acceptor.Tell(to, new Answer(question.Sequence, true, holder, 0));

        Assert.All(acceptor.Sent<Prepare>(), sent => Assert.Equal(holder, sent.Message.Handover));
        Assert.Equal(Role.Candidate, acceptor.Replica.Role);
    }

    [Fact]
    public void A_candidate_that_is_refused_for_a_lease_asks_again()
    {
        var ballot = acceptor.Stand();
        acceptor.Tell(Node1, new Nack(ballot, Ballot.None, NackReason.Leased));
        Assert.Equal(Role.Candidate, acceptor.Replica.Role);

        acceptor.Sent<Prepare>();
        acceptor.Tick(acceptor.Replica.Options.ResendInterval + 10);
        Assert.Contains(acceptor.Sent<Prepare>(), sent => sent.To == Node1 && sent.Message.Ballot == ballot);
    }
}
