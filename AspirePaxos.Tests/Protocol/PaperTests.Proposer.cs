using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

public sealed partial class PaperTests
{
    /// <remarks>PMS §2.5: "begins phase 1 with a higher proposal number than any it has already used", remembered "in stable storage".</remarks>
    [Fact]
    public void A_proposer_begins_with_a_number_above_any_it_used_even_after_a_restart()
    {
        var before = new OneReplica();
        var used = before.Stand();

        var after = new OneReplica(restored: before.Durable);

        Assert.True(after.Stand() > used);
    }

    /// <remarks>PMS §2.5: the number is remembered before it is used, so Prepare waits for the disk.</remarks>
    [Fact]
    public void Prepare_leaves_only_when_the_candidate_remembers_its_number_durably()
    {
        var candidate = new OneReplica(persists: false);
        for (var i = 0; i < 200; i++)
        {
            candidate.Tick(10);
            foreach (var (to, question) in candidate.Sent<Question>()) candidate.Tell(to, new Answer(question.Sequence, true, Ballot.None, 0));
            if (candidate.Replica.Role == Role.Candidate) break;
        }

        Assert.Equal(Role.Candidate, candidate.Replica.Role);
        Assert.Empty(candidate.Sent<Prepare>());
        candidate.Persist();
        Assert.Equal([Node1, Node2], candidate.Sent<Prepare>().Select(sent => sent.To).Order());
    }

    /// <remarks>PMS §2.5: "Different proposers choose their numbers from disjoint sets of numbers."</remarks>
    [Fact]
    public void A_ballot_names_its_proposer_and_only_that_one_may_use_it()
    {
        var replica = new OneReplica();

        Assert.Equal(Self, replica.Stand().Node);
        Assert.IsType<Refused>(replica.Ask(Node1, new Prepare(At(9, Node2), 1, 1)));
        Assert.IsType<Refused>(replica.Ask(Node1, new Accept(At(9, Node2), 1, [A], 0)));
        Assert.Null(replica.Replica.Record(1));
    }

    /// <remarks>PMS §2.2, phase 2 (a): "v is the value of the highest-numbered proposal among the responses".</remarks>
    [Fact]
    public void The_value_of_the_highest_numbered_proposal_among_the_responses_is_proposed()
    {
        var proposer = new OneReplica(count: 5);
        var ballot = proposer.Stand();

        proposer.Tell(Node1, new Promise(ballot, 1, 1, 1, 0, 0, [new Proposal(1, At(1, Node1), false, A)]));
        Assert.Empty(proposer.Sent<Accept>());
        proposer.Tell(Node2, new Promise(ballot, 1, 1, 1, 0, 0, [new Proposal(1, At(1, Node2), false, B)]));

        Assert.All(proposer.Sent<Accept>(), sent => Assert.Equal(B, Assert.Single(sent.Message.Commands)));
        Assert.Equal(B, proposer.Replica.Record(1)!.Value.Command);
    }

    /// <remarks>PMS §2.2, P2c: the proposer's own acceptor is among the responses, and a lower number loses to it in either order.</remarks>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Its_own_accepted_proposal_counts_by_its_number_like_any_other(bool ownIsHigher)
    {
        var proposer = new OneReplica();
        proposer.Ask(Node2, new Accept(ownIsHigher ? At(3, Node2) : At(1, Node2), 1, [A], 0));
        var ballot = proposer.Stand();

        proposer.Tell(Node1, new Promise(ballot, 1, 1, 1, 0, 0, [new Proposal(1, At(2, Node1), false, B)]));

        var expected = ownIsHigher ? A : B;
        Assert.All(proposer.Sent<Accept>(), sent => Assert.Equal(expected, Assert.Single(sent.Message.Commands)));
        Assert.Equal(expected, proposer.Replica.Record(1)!.Value.Command);
    }

    /// <remarks>PMS §2.2, phase 2 (a): "or is any value if the responses reported no proposals".</remarks>
    [Fact]
    public void Any_value_is_proposed_where_the_responses_report_none()
    {
        var proposer = new OneReplica();
        proposer.Lead();

        proposer.Propose(1, "x");

        Assert.All(proposer.Sent<Accept>(), sent => Assert.Equal(1, sent.Message.FirstSlot));
        Assert.Equal("[\"x\"]", $"[{string.Join(',', Batch.Decode(proposer.Replica.Record(1)!.Value.Command).Commands.Select(bytes => System.Text.Encoding.UTF8.GetString(bytes.Span)))}]");
    }

    /// <remarks>PMS §2.2, phase 2 (a): "from a majority of acceptors" — each counted once, for this very number.</remarks>
    [Fact]
    public void A_minority_a_duplicate_or_a_promise_of_another_number_begins_no_phase_2()
    {
        var proposer = new OneReplica(count: 5);
        var ballot = proposer.Stand();
        var promise = new Promise(ballot, 1, 0, 0, 0, 0, []);

        proposer.Tell(Node1, promise);
        proposer.Tell(Node1, promise);
        proposer.Tell(Node2, promise with { Ballot = At(ballot.Number - 1, Self) });
        Assert.Equal(Role.Candidate, proposer.Replica.Role);

        proposer.Tell(Node2, promise);
        Assert.Equal(Role.Leader, proposer.Replica.Role);
    }

    /// <remarks>PMS §2.2: a proposer told of a higher number "should then abandon its proposal".</remarks>
    [Fact]
    public void A_candidate_that_is_refused_abandons_its_ballot()
    {
        var proposer = new OneReplica();
        var ballot = proposer.Stand();

        proposer.Tell(Node1, new Nack(ballot, At(ballot.Number + 5, Node2), NackReason.Promised));
        proposer.Tell(Node2, new Promise(ballot, 1, 0, 0, 0, 0, []));

        Assert.Equal(Role.Follower, proposer.Replica.Role);
        Assert.True(proposer.Stand().Number > ballot.Number + 5);
    }

    /// <remarks>PMS §2.2, as above, in phase 2; and PMMC: a leader that was preempted is done with its ballot for good.</remarks>
    [Fact]
    public void A_leader_that_is_refused_sends_no_accept_in_that_ballot_again()
    {
        var leader = new OneReplica();
        var ballot = leader.Lead();
        leader.Propose(1, "x");
        leader.Sent<Accept>();

        leader.Tell(Node1, new Nack(ballot, At(ballot.Number + 1, Node2), NackReason.Promised));
        leader.Propose(2, "y");
        leader.Tick(400);

        Assert.DoesNotContain(leader.Sent<Accept>(), sent => sent.Message.Ballot == ballot);
        Assert.Equal(new WriteCompletion(1, Outcome.Unknown), Assert.Single(leader.Completed));
    }

    /// <remarks>PMS §2.2 speaks of the number refused: a late refusal of an earlier number says nothing about the present one.</remarks>
    [Fact]
    public void A_refusal_of_an_earlier_number_is_ignored()
    {
        var leader = new OneReplica();
        var ballot = leader.Lead();

        leader.Tell(Node1, new Nack(At(ballot.Number - 1, Self), At(ballot.Number - 1, Node2), NackReason.Promised));

        Assert.Equal(Role.Leader, leader.Replica.Role);
    }

    /// <remarks>PMMC, invariant C1: a ballot has one command for a slot, so what is sent again is what was sent before.</remarks>
    [Fact]
    public void A_proposal_is_sent_again_with_the_same_bytes_until_it_is_chosen()
    {
        var leader = new OneReplica();
        leader.Lead();
        leader.Propose(1, "x");
        var first = leader.Sent<Accept>()[0].Message.Commands[0];
        leader.Tell(Node1, new HeartbeatReply(leader.Replica.Ballot, 1, leader.Replica.Ballot, 0, 0));

        leader.Tick(400);

        Assert.All(leader.Sent<Accept>(), sent => Assert.Equal(first, Assert.Single(sent.Message.Commands)));
    }

    /// <remarks>PMS §3: the new leader "executes phase 1 of instances 135–137 and of all instances greater than 139": one message, from the first slot it does not know.</remarks>
    [Fact]
    public void One_prepare_covers_all_slots_above_those_learned()
    {
        var candidate = new OneReplica();
        candidate.Ask(Node1, new Learn([new LearnedCommand(1, At(1, Node1), A), new LearnedCommand(2, At(1, Node1), B)]));

        List<(NodeId To, Prepare Message)> prepares = [];
        for (var i = 0; i < 300 && prepares.Count == 0; i++)
        {
            candidate.Tick(10);
            foreach (var (to, question) in candidate.Sent<Question>()) candidate.Tell(to, new Answer(question.Sequence, true, Ballot.None, 0));
            prepares = candidate.Sent<Prepare>();
        }

        Assert.All(prepares, sent => Assert.Equal(3, sent.Message.FromSlot));
        Assert.Equal(2, prepares.Count);
    }

    /// <remarks>PMS §3: it fills the gap "by proposing, as commands 136 and 137, a special 'no-op' command that leaves the state unchanged".</remarks>
    [Fact]
    public void Gaps_below_a_reported_slot_are_filled_with_no_ops()
    {
        var leader = new OneReplica();
        var ballot = leader.Stand();

        leader.Tell(Node1, new Promise(ballot, 1, 3, 3, 0, 0, [new Proposal(3, At(1, Node1), false, A)]));

        var accept = leader.Sent<Accept>()[0].Message;
        Assert.Equal(1, accept.FirstSlot);
        Assert.Equal([Command.NoOp, Command.NoOp, A], accept.Commands);
    }

    /// <remarks>PMS §3: "It can propose command 142 before it learns that its proposed command 141 has been chosen."</remarks>
    [Fact]
    public void The_next_slot_is_proposed_before_the_one_before_is_chosen()
    {
        var leader = new OneReplica();
        leader.Lead();

        leader.Propose(1, "x");
        leader.Propose(2, "y");

        Assert.Equal([1L, 2L], leader.Sent<Accept>().Where(sent => sent.To == Node1).Select(sent => sent.Message.FirstSlot));
        Assert.Equal(0, leader.Replica.CommitIndex);
    }
}
