using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <summary>Rule 12: truncation behind a durable state, and snapshots for those who lag behind it.</summary>
public sealed partial class SnapshotTests
{
    private static readonly Ballot ballot = At(2, Node1);
    private static readonly SnapshotId id = new(10, 6, 77);

    [Fact]
    public void Records_are_dropped_only_behind_a_durable_state_and_a_tail_stays()
    {
        var replica = Follower(tail: 3);
        Apply(replica, 10);
        replica.Tick(10);
        Assert.Equal(0, replica.Replica.TruncatedThrough);
        replica.Replica.StateDurable(8);
        replica.Tick(10);
        Assert.Equal(5, replica.Replica.TruncatedThrough);
        Assert.Equal(5, replica.Writes[^1].TruncatedThrough);
        Assert.Null(replica.Replica.Record(5));
        Assert.NotNull(replica.Replica.Record(6));
    }

    [Fact]
    public void The_bytes_of_the_tail_are_bounded_too()
    {
        var replica = Follower(tail: 1_000, bytes: 200);
        Apply(replica, 20);
        replica.Replica.StateDurable(20);
        replica.Tick(10);
        Assert.InRange(replica.Replica.LogBytes, 1, 212);
        Assert.Equal(20, replica.Replica.LastSlot);
    }

    [Fact]
    public void At_or_below_the_truncation_the_answer_is_already_chosen_and_never_accepted()
    {
        var replica = Truncated();
        Assert.IsType<AlreadyChosen>(replica.Ask(Node1, new Accept(ballot, 5, [Named("a")], 10)));
        var half = Assert.IsType<Accepted>(replica.Ask(Node1, new Accept(ballot, 7, [Named("a"), Named("a")], 10)));
        Assert.Equal((8, 1), (half.FirstSlot, half.Count));
    }

    [Fact]
    public void A_candidate_learns_what_others_dropped_before_it_leads()
    {
        var replica = new OneReplica();
        var stands = replica.Stand();
        replica.Tell(Node1, new Promise(stands, 1, 10, 10, 10, 10, []));
        Assert.Equal(Role.Candidate, replica.Replica.Role);
        Assert.Empty(replica.Sent<Accept>());
        replica.Tick(100);
        var asked = Assert.Single(replica.Sent<LearnQuery>());
        replica.Tell(asked.To, new LearnReply([], 10, 10));
        Assert.Equal(Node1, Assert.Single(replica.Sent<SnapshotQuery>()).To);
        Assert.True(replica.Replica.InstallSnapshot(10, 0));
        replica.Tick(10);
        Assert.Equal(Role.Leader, replica.Replica.Role);
        replica.Propose(1, "b");
        Assert.All(replica.Sent<Accept>(), accept => Assert.Equal(11, accept.Message.FirstSlot));
    }

    [Fact]
    public void A_snapshot_keeps_the_promise_and_what_was_accepted_above_it()
    {
        var replica = Follower();
        replica.Ask(Node1, new Accept(ballot, 12, [Named("z")], 0));
        Fetch(replica);
        Assert.True(replica.Replica.InstallSnapshot(10, 0));
        replica.Turn();
        Assert.Equal((ballot, 10L, 10L), (replica.Replica.Promised, replica.Replica.CommitIndex, replica.Replica.AppliedIndex));
        Assert.Equal(ballot, replica.Replica.Record(12)!.Value.Ballot);
        var write = replica.Writes[^1];
        Assert.Equal((10L, 10L, (Ballot?)null), (write.InstalledSnapshot, write.TruncatedThrough, write.Promised));
        Assert.DoesNotContain(write.Records, record => record.Slot <= 10);
    }

    [Fact]
    public void One_at_or_below_what_is_learned_is_refused()
    {
        var replica = Follower();
        Apply(replica, 10);
        Assert.False(replica.Replica.InstallSnapshot(10, 0));
        Assert.Equal(0, replica.Replica.TruncatedThrough);
    }

    [Fact]
    public void A_leader_that_takes_a_snapshot_steps_down()
    {
        var replica = new OneReplica();
        replica.Lead();
        replica.Propose(1, "a");
        Assert.True(replica.Replica.InstallSnapshot(10, 0));
        replica.Turn();
        Assert.Equal(Role.Follower, replica.Replica.Role);
        Assert.Equal(OutcomeKind.Unknown, Assert.Single(replica.Completed).Outcome.Kind);
    }

    [Fact]
    public void A_lost_part_is_asked_for_again_and_a_doubled_one_counts_once()
    {
        var replica = Fetching();
        replica.Tell(Node1, new SnapshotChunk(id, 0, new byte[4]));
        replica.Tell(Node1, new SnapshotChunk(id, 0, new byte[4]));
        Assert.Equal(4, Assert.Single(replica.Sent<SnapshotQuery>()).Message.Offset);
        replica.Tick(400);
        Assert.Equal(new SnapshotQuery(10, 4, 0), Assert.Single(replica.Sent<SnapshotQuery>()).Message);
        replica.Tell(Node1, new SnapshotChunk(id, 4, new byte[2]));
        Assert.Equal([(0L, 4), (4L, 2)], replica.SnapshotParts.Select(part => (part.Offset, part.Data.Length)));
        Assert.True(replica.SnapshotParts[^1].IsLast);
    }

    [Fact]
    public void Another_snapshot_begins_anew_and_a_silent_peer_is_left_for_another()
    {
        var replica = Fetching();
        replica.Tell(Node1, new SnapshotChunk(id, 0, new byte[4]));
        replica.Tick(2_000);
        Assert.Contains(replica.Sent<SnapshotQuery>(), query => query.To == Node2);
        var newer = new SnapshotId(14, 3, 78);
        replica.Tell(Node2, new SnapshotChunk(newer, 0, new byte[3]));
        Assert.Equal((newer, 0L, true), (replica.SnapshotParts[^1].Id, replica.SnapshotParts[^1].Offset, replica.SnapshotParts[^1].IsLast));
    }

    /// <remarks>Seed 6431: a replica asked one peer for ever, which served again and again what it had made before.</remarks>
    [Fact]
    public void A_snapshot_that_brings_nothing_new_is_no_answer()
    {
        var replica = new OneReplica();
        Apply(replica, 5);
        Behind(replica);
        Assert.Equal(5, Assert.Single(replica.Sent<SnapshotQuery>()).Message.Above);
        for (var i = 0; i < 5; i++)
        {
            replica.Tell(Node1, new SnapshotChunk(new SnapshotId(5, 6, 77), 0, new byte[6]));
            replica.Tick(310);
        }

        Assert.Contains(replica.Sent<SnapshotQuery>(), query => query.To == Node2);
        Assert.Empty(replica.SnapshotParts);
    }

    [Fact]
    public void A_replica_that_has_not_come_as_far_serves_no_snapshot()
    {
        var replica = Follower();
        Apply(replica, 5);
        Assert.IsType<Noted>(replica.Ask(Node2, new SnapshotQuery(0, 0, 5)));
        Assert.Empty(replica.SnapshotReads);
    }

    [Fact]
    public void What_was_fetched_before_a_restart_is_not_fetched_again()
    {
        var replica = new OneReplica(restored: DurableState.Empty with { Fetched = new PartialSnapshot(id, 4) });
        Behind(replica);
        Assert.Equal(new SnapshotQuery(10, 4, 0), Assert.Single(replica.Sent<SnapshotQuery>()).Message);
    }

    [Fact]
    public void The_log_is_not_dropped_past_a_snapshot_that_is_just_being_fetched()
    {
        var replica = Follower(tail: 3);
        Apply(replica, 10);
        replica.Request(Node2, new SnapshotQuery(0, 0, 0));
        var read = Assert.Single(replica.SnapshotReads);
        replica.Replica.AnswerSnapshot(read.Query, new SnapshotId(4, 100, 1), 0, new byte[10]);
        replica.Replica.StateDurable(10);
        replica.Tick(10);
        Assert.Equal(4, replica.Replica.TruncatedThrough);
        replica.Tick(10_000);
        Assert.Equal(7, replica.Replica.TruncatedThrough);
    }

    private static OneReplica Follower(int tail = 10_000, int bytes = 1 << 20) =>
        new(options: options => options with { LogTailSlots = tail, LogTailBytes = bytes });

    private static OneReplica Truncated()
    {
        var replica = Follower(tail: 3);
        Apply(replica, 10);
        replica.Replica.StateDurable(10);
        replica.Tick(10);
        Assert.Equal(7, replica.Replica.TruncatedThrough);
        return replica;
    }

    private static OneReplica Fetching()
    {
        var replica = Follower();
        Behind(replica);
        Assert.Equal(new SnapshotQuery(0, 0, 0), Assert.Single(replica.Sent<SnapshotQuery>()).Message);
        return replica;
    }

    private static void Behind(OneReplica replica)
    {
        replica.Ask(Node1, new Heartbeat(ballot, 10, 1));
        replica.Tick(200);
        var asked = replica.Sent<LearnQuery>()[0];
        Assert.Equal(Node1, asked.To);
        replica.Tell(Node1, new LearnReply([], 10, 9));
    }

    private static void Fetch(OneReplica replica)
    {
        Behind(replica);
        replica.Tell(Node1, new SnapshotChunk(id, 0, new byte[6]));
    }

    private static void Apply(OneReplica replica, long through)
    {
        for (long slot = 1; slot <= through; slot++) replica.Ask(Node1, new Accept(ballot, slot, [Named("a")], slot - 1));
        replica.Ask(Node1, new Heartbeat(ballot, through, 1));
        Assert.Equal(through, replica.Replica.AppliedIndex);
    }
}
