using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <summary>
/// Sentences of <i>Paxos Made Simple</i> (PMS) and <i>Paxos Made Moderately Complex</i> (PMMC) that state a rule, each quoted
/// where it is tested.
/// </summary>
public sealed partial class PaperTests
{
    private static readonly Command A = Named("a");
    private static readonly Command B = Named("b");

    /// <remarks>PMS §2.2, P1: "An acceptor must accept the first proposal that it receives."</remarks>
    [Fact]
    public void An_acceptor_accepts_the_first_proposal_it_receives()
    {
        var acceptor = new OneReplica();

        var reply = acceptor.Ask(Node1, new Accept(At(1, Node1), 1, [A], 0));

        Assert.Equal(new Accepted(At(1, Node1), 1, 1), reply);
        Assert.Equal(new LogRecord(1, At(1, Node1), false, A), acceptor.Replica.Record(1));
    }

    /// <remarks>PMS §2.2, P1a: "An acceptor can accept a proposal numbered n iff it has not responded to a prepare request having a number greater than n."</remarks>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public void A_proposal_is_accepted_iff_no_greater_number_was_promised(long number, bool accepts)
    {
        var acceptor = new OneReplica();
        acceptor.Ask(Node2, new Prepare(At(2, Node2), 1, 1));

        var ballot = At(number, Node2);
        var reply = acceptor.Ask(Node2, new Accept(ballot, 1, [A], 0));

        Assert.Equal(accepts ? new Accepted(ballot, 1, 1) : new Nack(ballot, At(2, Node2), NackReason.Promised), reply);
        Assert.Equal(accepts, acceptor.Replica.Record(1) is not null);
    }

    /// <remarks>PMS §2.2, phase 1 (b): "it responds to the request with a promise not to accept any more proposals numbered less than n and with the highest-numbered proposal (if any) that it has accepted."</remarks>
    [Fact]
    public void A_promise_reports_the_highest_numbered_proposal_accepted()
    {
        var acceptor = new OneReplica();
        acceptor.Ask(Node1, new Accept(At(1, Node1), 1, [A], 0));
        acceptor.Ask(Node2, new Accept(At(2, Node2), 1, [B], 0));

        var promise = Assert.IsType<Promise>(acceptor.Ask(Node1, new Prepare(At(3, Node1), 1, 1)));

        Assert.Equal(At(3, Node1), promise.Ballot);
        Assert.Equal(new Proposal(1, At(2, Node2), false, B), Assert.Single(promise.Proposals));
        Assert.IsType<Nack>(acceptor.Ask(Node2, new Accept(At(2, Node2), 2, [B], 0)));
    }

    /// <remarks>PMS §2.2, phase 1 (b): "with number n greater than that of any prepare request to which it has already responded" — only then.</remarks>
    [Fact]
    public void A_prepare_below_the_promise_is_refused_and_changes_nothing()
    {
        var acceptor = new OneReplica();
        acceptor.Ask(Node2, new Prepare(At(5, Node2), 1, 1));
        var writes = acceptor.Writes.Count;

        var reply = acceptor.Ask(Node1, new Prepare(At(4, Node1), 1, 1));

        Assert.Equal(new Nack(At(4, Node1), At(5, Node2), NackReason.Promised), reply);
        Assert.Equal(At(5, Node2), acceptor.Replica.Promised);
        Assert.Equal(writes, acceptor.Writes.Count);
    }

    /// <remarks>PMS §2.2, phase 2 (b): "it accepts the proposal unless it has already responded to a prepare request having a number greater than n": a proposer that never asked it may be higher than its promise.</remarks>
    [Fact]
    public void A_higher_ballot_is_accepted_without_a_prepare_and_is_a_promise_from_then_on()
    {
        var acceptor = new OneReplica();
        acceptor.Ask(Node1, new Prepare(At(1, Node1), 1, 1));

        Assert.IsType<Accepted>(acceptor.Ask(Node2, new Accept(At(7, Node2), 1, [A], 0)));

        Assert.IsType<Nack>(acceptor.Ask(Node1, new Accept(At(6, Node1), 1, [B], 0)));
        Assert.IsType<Nack>(acceptor.Ask(Node1, new Prepare(At(6, Node1), 1, 1)));
        Assert.Equal(A, acceptor.Replica.Record(1)!.Value.Command);
    }

    /// <remarks>PMS §2.2: "an acceptor needs to remember only the highest-numbered proposal that it has ever accepted and the number of the highest-numbered prepare request to which it has responded", "even if it fails and is then restarted".</remarks>
    [Fact]
    public void A_restarted_acceptor_remembers_its_promise_and_what_it_accepted()
    {
        var before = new OneReplica();
        before.Ask(Node1, new Accept(At(1, Node1), 1, [A], 0));
        before.Ask(Node2, new Prepare(At(5, Node2), 1, 1));

        var after = new OneReplica(restored: before.Durable);

        Assert.Equal(new Nack(At(4, Node1), At(5, Node2), NackReason.Promised), after.Ask(Node1, new Accept(At(4, Node1), 1, [B], 0)));
        var promise = Assert.IsType<Promise>(after.Ask(Node2, new Prepare(At(6, Node2), 1, 1)));
        Assert.Equal(new Proposal(1, At(1, Node1), false, A), Assert.Single(promise.Proposals));
    }

    /// <remarks>PMS §2.5: "An acceptor records its intended response in stable storage before actually sending the response."</remarks>
    [Fact]
    public void No_response_leaves_before_it_is_in_stable_storage()
    {
        var acceptor = new OneReplica(persists: false);

        var prepare = acceptor.Request(Node1, new Prepare(At(1, Node1), 1, 1));
        var accept = acceptor.Request(Node1, new Accept(At(1, Node1), 1, [A], 0));
        var duplicate = acceptor.Request(Node1, new Accept(At(1, Node1), 1, [A], 0));
        Assert.Null(acceptor.ReplyTo(prepare));
        Assert.Null(acceptor.ReplyTo(accept));
        Assert.Null(acceptor.ReplyTo(duplicate));
        acceptor.Persist();

        Assert.IsType<Promise>(acceptor.ReplyTo(prepare));
        Assert.IsType<Accepted>(acceptor.ReplyTo(accept));
        Assert.IsType<Accepted>(acceptor.ReplyTo(duplicate));
    }

    /// <remarks>PMS §2.5, with a write under way: the refusal names a promise, so it waits for that promise too.</remarks>
    [Fact]
    public void A_refusal_waits_for_the_promise_it_names()
    {
        var acceptor = new OneReplica(persists: false);
        acceptor.Request(Node2, new Prepare(At(2, Node2), 1, 1));

        var refused = acceptor.Request(Node1, new Accept(At(1, Node1), 1, [A], 0));
        Assert.Null(acceptor.ReplyTo(refused));
        acceptor.Persist();

        Assert.IsType<Nack>(acceptor.ReplyTo(refused));
    }

    /// <remarks>PMS §2.1: messages "can be duplicated".</remarks>
    [Fact]
    public void A_duplicate_accept_is_answered_again_and_written_once()
    {
        var acceptor = new OneReplica();
        var accept = new Accept(At(1, Node1), 1, [A], 0);
        var first = acceptor.Ask(Node1, accept);
        var writes = acceptor.Writes.Count;

        Assert.Equal(first, acceptor.Ask(Node1, accept));
        Assert.Equal(writes, acceptor.Writes.Count);
    }

    /// <remarks>PMMC, invariant A1: an acceptor adopts strictly increasing ballot numbers only.</remarks>
    [Fact]
    public void Neither_learning_nor_an_old_accept_lowers_the_promise()
    {
        var acceptor = new OneReplica();
        acceptor.Ask(Node2, new Prepare(At(9, Node2), 1, 1));

        acceptor.Ask(Node1, new Learn([new LearnedCommand(1, At(1, Node1), A)]));
        acceptor.Ask(Node1, new Accept(At(1, Node1), 2, [B], 0));

        Assert.Equal(At(9, Node2), acceptor.Replica.Promised);
        Assert.DoesNotContain(acceptor.Writes, write => write.Promised is { } promised && promised < At(9, Node2));
    }

    /// <remarks>PMMC, invariant A4: accepted pvalues of the same ballot and slot have the same command; whoever breaks that must not go on.</remarks>
    [Fact]
    public void Two_commands_in_one_ballot_and_slot_stop_the_replica()
    {
        var acceptor = new OneReplica();
        acceptor.Ask(Node1, new Accept(At(1, Node1), 1, [A], 0));

        Assert.Throws<InvariantViolationException>(() => acceptor.Ask(Node1, new Accept(At(1, Node1), 1, [B], 0)));
    }

    /// <remarks>PMS §3: an acceptor's promise of one instance is one of all instances; what it reports begins where the new leader knows no more.</remarks>
    [Fact]
    public void A_promise_for_all_slots_reports_each_accepted_slot_from_the_one_asked_for()
    {
        var acceptor = new OneReplica();
        acceptor.Ask(Node1, new Accept(At(1, Node1), 1, [A, B], 0));
        acceptor.Ask(Node1, new Accept(At(1, Node1), 4, [A], 0));

        var promise = Assert.IsType<Promise>(acceptor.Ask(Node2, new Prepare(At(2, Node2), 2, 2)));

        Assert.Equal([2L, 4L], promise.Proposals.Select(proposal => proposal.Slot));
        Assert.Equal((2L, 4L, 4L), (promise.From, promise.Through, promise.LastSlot));
    }
}
