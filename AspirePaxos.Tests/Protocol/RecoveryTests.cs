using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <summary>Rule 15: node0's directory was lost; it has an empty one, in a cluster that is formed.</summary>
public sealed class RecoveryTests
{
    private static readonly Ballot low = At(3, Node1), high = At(7, Node2);

    [Fact]
    public void A_recovering_replica_answers_nothing_that_a_quorum_could_count()
    {
        var replica = new OneReplica(recovering: true);
        Request[] countable =
        [
            new Prepare(high, 1, 1), new Accept(high, 1, [Named("a")], 0), new Heartbeat(high, 0, 1), new Question(1, 0, Ballot.None),
            new ReadIndexQuery(1), new Forward(0, []), new RecoverQuery(1, 1, []), new SnapshotQuery(0, 0, 0),
        ];
        foreach (var request in countable) Assert.Equal(RefusalReason.Recovering, Assert.IsType<Refused>(replica.Ask(Node2, request)).Reason);
        replica.Tick(5_000);
        Assert.Empty(replica.Sent<Prepare>());
        Assert.Empty(replica.Sent<Question>());
        Assert.Equal(Role.Recovering, replica.Replica.Role);
    }

    [Fact]
    public void No_report_is_asked_for_before_all_others_have_taken_note()
    {
        var replica = new OneReplica(recovering: true);
        replica.Tick(20);
        Assert.Equal(2, replica.Sent<RecoverQuery>().Count(query => query.Message.FromSlot == 0));
        replica.Tell(Node1, Noted(Ballot.None));
        replica.Tick(1_000);
        Assert.All(replica.Sent<RecoverQuery>(), query => Assert.Equal((Node2, 0L), (query.To, query.Message.FromSlot)));
        replica.Tell(Node2, Noted(Ballot.None));
        replica.Tick(20);
        Assert.Equal([Node1, Node2], replica.Sent<RecoverQuery>().Where(query => query.Message.FromSlot == 1).Select(query => query.To).Order());
    }

    [Fact]
    public void It_takes_the_highest_promise_and_per_slot_the_highest_accepted_proposal_in_one_write()
    {
        var replica = AllNoted();
        replica.Tell(Node1, Report(low, 1, 2, [new Proposal(1, low, false, Named("a")), new Proposal(2, low, false, Named("b"))]));
        Assert.Equal(Role.Recovering, replica.Replica.Role);
        replica.Tell(Node2, Report(high, 1, 2, [new Proposal(2, high, false, Named("c"))]));

        Assert.Equal(Role.Follower, replica.Replica.Role);
        var write = replica.Writes[^1];
        Assert.Equal(high, write.Promised);
        Assert.False(write.Cluster!.Recovering);
        Assert.Equal([(1L, low, Named("a")), (2L, high, Named("c"))], write.Records.Select(record => (record.Slot, record.Ballot, record.Command)));
        Assert.Equal(high, Assert.IsType<Nack>(replica.Ask(Node1, new Prepare(low, 1, 1))).Promised);
    }

    [Fact]
    public void Nothing_is_promised_before_what_was_recovered_is_durable()
    {
        var replica = AllNoted();
        replica.Persists = false;
        replica.Tell(Node1, Report(low, 1, 0, []));
        replica.Tell(Node2, Report(low, 1, 0, []));
        var token = replica.Request(Node2, new Prepare(high, 1, 1));
        Assert.Null(replica.ReplyTo(token));
        replica.Persist();
        Assert.IsType<Promise>(replica.ReplyTo(token));
    }

    [Fact]
    public void It_waits_for_every_page_of_a_report()
    {
        var replica = AllNoted();
        replica.Tell(Node2, Report(low, 1, 0, []));
        replica.Tell(Node1, new RecoverReply(low, 1, 1, 2, 0, 0, [new Proposal(1, low, false, Named("a"))]));
        Assert.Equal(Role.Recovering, replica.Replica.Role);
        Assert.Equal(2, Assert.Single(replica.Sent<RecoverQuery>(), query => query.Message.PageFrom > 1).Message.PageFrom);
        replica.Tell(Node1, new RecoverReply(low, 2, 2, 2, 0, 0, [new Proposal(2, low, false, Named("b"))]));
        Assert.Equal(Role.Follower, replica.Replica.Role);
        Assert.Equal(2, replica.Replica.LastSlot);
    }

    [Fact]
    public void It_does_not_count_before_it_knows_every_slot_that_others_have_dropped()
    {
        var replica = AllNoted();
        replica.Tell(Node1, new RecoverReply(low, 1, 5, 5, 5, 5, []));
        replica.Tell(Node2, Report(low, 1, 0, []));
        Assert.Equal(Role.Recovering, replica.Replica.Role);
        Assert.True(replica.Replica.InstallSnapshot(5, 0));
        replica.Tick(10);
        Assert.Equal(Role.Follower, replica.Replica.Role);
    }

    [Fact]
    public void A_member_takes_durable_note_before_it_reports_and_never_counts_the_lost_incarnation_again()
    {
        var member = new OneReplica(persists: false);
        var lost = new Identity(Node2, 0xa2, 1);
        var fresh = new Identity(Node2, 0xbb, 1);
        var token = Send(member, fresh, new RecoverQuery(0, 0, [new Member(Node2, 0xa2)]));
        Assert.Null(member.ReplyTo(token));
        member.Persist();
        Assert.IsType<RecoverReply>(member.ReplyTo(token));
        Assert.Equal([new Member(Node2, 0xa2)], member.Writes[^1].Cluster!.Retired);
        Assert.Contains(new Member(Node2, 0xbb), member.Writes[^1].Cluster!.Members);

        Assert.Equal(RefusalReason.Replaced, Assert.IsType<Refused>(member.ReplyTo(Send(member, lost, new Prepare(high, 1, 1)))).Reason);
        Assert.Equal(RefusalReason.Replaced, Assert.IsType<Refused>(member.ReplyTo(Send(member, lost, new RecoverQuery(0, 0, [])))).Reason);
    }

    [Fact]
    public void A_late_announcement_of_a_directory_that_was_itself_replaced_changes_nothing()
    {
        var member = new OneReplica();
        var (first, second) = (new Identity(Node2, 0xbb, 1), new Identity(Node2, 0xcc, 1));
        // Somebody else had heard of the first one, and told the second.
        Send(member, second, new RecoverQuery(0, 0, [new Member(Node2, 0xa2), new Member(Node2, 0xbb)]));
        Assert.Equal(RefusalReason.Replaced, Assert.IsType<Refused>(member.ReplyTo(Send(member, first, new RecoverQuery(0, 0, [new Member(Node2, 0xa2)])))).Reason);
        Assert.IsType<LearnReply>(member.ReplyTo(Send(member, second, new LearnQuery(1, 1))));

        // Nobody had, when it asked: it takes the place of those only that it knows of.
        member = new OneReplica();
        Send(member, second, new RecoverQuery(0, 0, [new Member(Node2, 0xa2)]));
        Assert.Equal(RefusalReason.Member, Assert.IsType<Refused>(member.ReplyTo(Send(member, first, new RecoverQuery(0, 0, [new Member(Node2, 0xa2)])))).Reason);
        Assert.IsType<LearnReply>(member.ReplyTo(Send(member, second, new LearnQuery(1, 1))));
    }

    [Fact]
    public void An_announcement_that_is_refused_asks_again_which_directories_it_replaces()
    {
        var replica = new OneReplica(recovering: true);
        replica.Tick(20);
        replica.Tell(Node1, new Refused(RefusalReason.Member, "incarnation a0 of node0 is not the member dd"));
        Assert.Equal(2, replica.Sent<FormationQuery>().Count);
        replica.Tell(Node1, new FormationReply(true, "c1", [new Member(Self, 0xdd), .. replica.Cluster.Members.Skip(1)], [], []));
        replica.Sent<RecoverQuery>();
        replica.Tick(5_000);
        Assert.All(replica.Sent<RecoverQuery>(), query => Assert.Equal([new Member(Self, 0xdd)], query.Message.Replaced));
        Assert.Equal([new Member(Self, 0xdd)], replica.Writes[^1].Cluster!.Retired);
    }

    [Fact]
    public void Two_that_recover_at_once_take_note_of_each_other_and_need_the_reports_of_the_other_three()
    {
        var replica = new OneReplica(5, recovering: true);
        NodeId node3 = new("node3"), node4 = new("node4");
        Assert.IsType<RecoverReply>(replica.ReplyTo(Send(replica, new Identity(node4, 0xee, 1), new RecoverQuery(0, 0, [new Member(node4, 0xa4)]))));
        Assert.Contains(new Member(node4, 0xee), replica.Writes[^1].Cluster!.Members);
        replica.Tick(20);
        foreach (var member in new[] { Node1, Node2, node3 }) replica.Tell(member, Noted(Ballot.None));
        replica.Tick(20);
        Assert.DoesNotContain(replica.Sent<RecoverQuery>(), query => query.Message.FromSlot > 0);
        replica.Replica.Receive(new Envelope(new Identity(node4, 0xee, 1), replica.Replica.Options.Self, "c1", Mode.Multi, Noted(Ballot.None)));
        replica.Tick(20);
        replica.Tell(Node1, Report(low, 1, 0, []));
        replica.Tell(Node2, Report(low, 1, 0, []));
        Assert.Equal(Role.Recovering, replica.Replica.Role);
        replica.Tell(node3, Report(high, 1, 0, []));
        Assert.Equal(Role.Follower, replica.Replica.Role);
        Assert.Equal(high, replica.Replica.Promised);
    }

    [Fact]
    public void A_leader_no_longer_counts_what_a_lost_directory_accepted()
    {
        var leader = new OneReplica(5);
        NodeId node3 = new("node3"), node4 = new("node4");
        var ballot = leader.Stand();
        foreach (var member in new[] { Node1, Node2 }) leader.Tell(member, new Promise(ballot, 1, 0, 0, 0, 0, []));
        Assert.Equal(Role.Leader, leader.Replica.Role);
        leader.Replica.Propose(1, "1"u8.ToArray());
        leader.Tick(10);
        var slot = leader.Replica.LastSlot;
        leader.Tell(node4, new Accepted(ballot, slot, 1));
        Send(leader, new Identity(node4, 0xee, 1), new RecoverQuery(0, 0, [new Member(node4, 0xa4)]));
        leader.Tell(node3, new Accepted(ballot, slot, 1));
        Assert.Equal(0, leader.Replica.CommitIndex);
        leader.Tell(Node2, new Accepted(ballot, slot, 1));
        Assert.Equal(slot, leader.Replica.CommitIndex);
    }

    [Fact]
    public void A_directory_that_was_replaced_stops_taking_part()
    {
        var replica = new OneReplica();
        replica.Tell(Node1, new Refused(RefusalReason.Replaced, "incarnation a0 of node0 was replaced by bb"));
        Assert.Contains("taken the place", replica.Replica.Rejection, StringComparison.Ordinal);
        Assert.Equal(replica.Replica.Rejection, replica.Writes[^1].Cluster!.Stopped);
        Assert.IsType<Refused>(replica.Ask(Node2, new Prepare(high, 1, 1)));
    }

    [Fact]
    public void A_restored_copy_is_stopped_for_good_however_often_it_is_started()
    {
        var replica = new OneReplica();
        replica.Tell(Node1, new Refused(RefusalReason.BootCounter, "start 1 of node0, its start 2 was seen"));
        Assert.Contains("older copy", replica.Replica.Rejection, StringComparison.Ordinal);
        var options = replica.Replica.Options;
        var next = options with { Self = options.Self with { BootCounter = 2 } };
        var restarted = new Replica(next, DurableState.Empty with { Cluster = replica.Writes[^1].Cluster! }, 0);
        Assert.Equal(replica.Replica.Rejection, restarted.Rejection);
    }

    private static OneReplica AllNoted()
    {
        var replica = new OneReplica(recovering: true);
        replica.Tick(20);
        replica.Tell(Node1, Noted(Ballot.None));
        replica.Tell(Node2, Noted(Ballot.None));
        replica.Tick(20);
        return replica;
    }

    private static RecoverReply Noted(Ballot promised) => new(promised, 0, 0, 0, 0, 0, []);

    private static RecoverReply Report(Ballot promised, long from, long last, IReadOnlyList<Proposal> proposals) => new(promised, from, last, last, 0, 0, proposals);

    private static long Send(OneReplica member, Identity from, Request request)
    {
        var token = 1_000 + request.GetHashCode();
        member.Replica.Receive(new Envelope(from, new Identity(Self, 0xa0, 1), "c1", Mode.Multi, request, token));
        member.Turn();
        return token;
    }
}
