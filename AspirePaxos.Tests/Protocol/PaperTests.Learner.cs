using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

public sealed partial class PaperTests
{
    /// <remarks>PMS §2.3: a value is learned only when "a proposal has been accepted by a majority of acceptors".</remarks>
    [Fact]
    public void A_command_is_chosen_when_a_majority_accepted_it_in_one_ballot_and_not_before()
    {
        var leader = new OneReplica(count: 5);
        var ballot = leader.Stand();
        leader.Tell(Node1, new Promise(ballot, 1, 0, 0, 0, 0, []));
        leader.Tell(Node2, new Promise(ballot, 1, 0, 0, 0, 0, []));
        leader.Propose(1, "x");

        leader.Tell(Node1, new Accepted(ballot, 1, 1));
        leader.Tell(Node1, new Accepted(ballot, 1, 1));
        leader.Tell(Node2, new Accepted(At(ballot.Number - 1, Self), 1, 1));
        leader.Tell(Node2, new Accepted(ballot, 2, 1));
        Assert.Equal(0, leader.Replica.CommitIndex);

        leader.Tell(Node2, new Accepted(ballot, 1, 1));
        Assert.Equal(1, leader.Replica.CommitIndex);
        Assert.Equal(OutcomeKind.Done, Assert.Single(leader.Completed).Outcome.Kind);
    }

    /// <remarks>PMS §2.5 for the leader's own acceptance: it counts among the majority only once it is in stable storage.</remarks>
    [Fact]
    public void The_leaders_own_acceptance_counts_only_when_durable()
    {
        var leader = new OneReplica();
        var ballot = leader.Lead();
        leader.Persists = false;
        leader.Propose(1, "x");
        Assert.NotEmpty(leader.Sent<Accept>());

        leader.Tell(Node1, new Accepted(ballot, 1, 1));
        Assert.Equal(0, leader.Replica.CommitIndex);

        leader.Persist();
        Assert.Equal(1, leader.Replica.CommitIndex);
    }

    /// <remarks>PMS §2.3: any majority will do, one without the leader's own acceptor too.</remarks>
    [Fact]
    public void A_majority_of_others_suffices_while_the_leaders_disk_is_slow()
    {
        var leader = new OneReplica();
        var ballot = leader.Lead();
        leader.Persists = false;
        leader.Propose(1, "x");

        leader.Tell(Node1, new Accepted(ballot, 1, 1));
        leader.Tell(Node2, new Accepted(ballot, 1, 1));

        Assert.Equal(1, leader.Replica.CommitIndex);
    }

    /// <remarks>PMS §3: "it can't execute commands 138–140, which it also knows, because commands 136 and 137 have yet to be chosen".</remarks>
    [Fact]
    public void Nothing_is_applied_past_a_hole()
    {
        var learner = new OneReplica();

        learner.Ask(Node1, new Learn([new LearnedCommand(2, At(1, Node1), B)]));
        Assert.Empty(learner.Chosen);

        learner.Ask(Node1, new Learn([new LearnedCommand(1, At(1, Node1), A)]));
        Assert.Equal([new ChosenCommand(1, A), new ChosenCommand(2, B)], learner.Chosen);
    }

    /// <remarks>PMS §2.1: messages "can be duplicated"; PMMC, replicas: decisions are performed once, in slot order.</remarks>
    [Fact]
    public void A_slot_learned_twice_is_applied_once()
    {
        var learner = new OneReplica();
        var learn = new Learn([new LearnedCommand(1, At(1, Node1), A)]);

        learner.Ask(Node1, learn);
        learner.Ask(Node2, learn);

        Assert.Equal(new ChosenCommand(1, A), Assert.Single(learner.Chosen));
    }

    /// <remarks>PMS §2.1: "Only a single value is chosen": whoever learns two must stop rather than choose between them.</remarks>
    [Fact]
    public void Learning_another_command_for_a_learned_slot_stops_the_replica()
    {
        var learner = new OneReplica();
        learner.Ask(Node1, new Learn([new LearnedCommand(1, At(1, Node1), A)]));

        Assert.Throws<InvariantViolationException>(() => learner.Ask(Node2, new Learn([new LearnedCommand(1, At(5, Node2), B)])));
    }

    /// <remarks>A deposed proposer's late Accept may reach a learner that had no part in the ballot that chose: refused, not accepted, and no reason to stop.</remarks>
    [Fact]
    public void A_late_proposal_for_a_learned_slot_is_told_that_it_is_chosen_already()
    {
        var learner = new OneReplica();
        learner.Ask(Node1, new Learn([new LearnedCommand(1, At(5, Node1), A)]));

        var reply = learner.Ask(Node2, new Accept(At(2, Node2), 1, [B], 0));

        Assert.Equal(1, Assert.IsType<AlreadyChosen>(reply).CommitIndex);
        Assert.Equal(A, learner.Replica.Record(1)!.Value.Command);
    }

    /// <remarks>PMS §2.2, P2b: "every higher-numbered proposal issued by any proposer has value v" — of higher numbers; what was accepted at a lower one may have lost.</remarks>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Under_the_leaders_commit_index_only_what_was_accepted_in_its_ballot_is_chosen(long acceptedIn, bool chosen)
    {
        var follower = new OneReplica();
        follower.Ask(Node1, new Accept(At(acceptedIn, Node1), 1, [A], 0));

        follower.Ask(Node1, new Heartbeat(At(2, Node1), 1, 1));

        Assert.Equal(chosen ? 1 : 0, follower.Replica.CommitIndex);
        follower.Tick(100);
        Assert.Equal(chosen ? 0 : 1, follower.Sent<LearnQuery>().Select(sent => sent.Message.From).Distinct().Count());
    }

    /// <remarks>PMS §2.3: a learner that missed the news has another way to find out, here by asking one that knows.</remarks>
    [Fact]
    public void What_was_learned_is_told_to_who_asks_and_nothing_else()
    {
        var learner = new OneReplica();
        learner.Ask(Node1, new Learn([new LearnedCommand(1, At(1, Node1), A)]));
        learner.Ask(Node1, new Accept(At(1, Node1), 2, [B], 0));

        var reply = Assert.IsType<LearnReply>(learner.Ask(Node2, new LearnQuery(1, 10)));

        Assert.Equal(new LearnedCommand(1, At(1, Node1), A), Assert.Single(reply.Entries));
        Assert.Equal(1, reply.CommitIndex);
    }

    /// <remarks>Seed 11766: a deaf peer that is heard all the time was asked for ever, and never the one that could answer.</remarks>
    [Fact]
    public void A_peer_that_does_not_answer_is_left_for_another_that_is_ahead()
    {
        var replica = new OneReplica(mode: Mode.Simple);
        replica.Ask(Node2, new Heartbeat(Ballot.None, 5, 0));
        for (var i = 0; i < 20; i++)
        {
            replica.Ask(Node1, new Heartbeat(Ballot.None, 5, 0));
            replica.Tick(50);
        }

        Assert.Equal([Node1, Node2], replica.Sent<LearnQuery>().Select(query => query.To).Distinct().Order());
    }

    /// <remarks>Seed 3034375: what a peer has learned it has, whatever a heartbeat says that was long on its way.</remarks>
    [Fact]
    public void A_late_message_does_not_hide_that_its_sender_is_ahead()
    {
        var replica = new OneReplica(mode: Mode.Simple);
        replica.Ask(Node2, new Heartbeat(Ballot.None, 5, 0));
        replica.Ask(Node2, new Heartbeat(Ballot.None, 0, 0));
        for (var i = 0; i < 20; i++)
        {
            replica.Ask(Node1, new Heartbeat(Ballot.None, 5, 0));
            replica.Tick(50);
        }

        Assert.Equal([Node1, Node2], replica.Sent<LearnQuery>().Select(query => query.To).Distinct().Order());
    }

    /// <remarks>PMS §3: the state after a restart is that of the commands executed; what is learned on disk is not executed twice.</remarks>
    [Fact]
    public void After_a_restart_execution_goes_on_behind_what_the_state_holds()
    {
        var state = new DurableState(
            ClusterState.Empty, At(1, Node1), 2,
            [new LogRecord(1, At(1, Node1), true, A), new LogRecord(2, At(1, Node1), true, B)], AppliedIndex: 1, LogTime: 0);

        var learner = new OneReplica(restored: state);
        learner.Tick(10);

        Assert.Equal(new ChosenCommand(2, B), Assert.Single(learner.Chosen));
    }
}
