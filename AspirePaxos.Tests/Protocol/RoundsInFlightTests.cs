using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <summary>When a leader begins a further round while others are under way.</summary>
public sealed class RoundsInFlightTests
{
    private readonly OneReplica leader = new();
    private readonly Ballot ballot;

    public RoundsInFlightTests() => ballot = leader.Lead();

    [Fact]
    public void The_first_rounds_begin_at_once_and_what_comes_then_shares_the_next()
    {
        for (var id = 1; id <= 5; id++) leader.Propose(id, $"{id}");
        Assert.Equal(2, leader.Replica.LastSlot);

        leader.Tell(Node1, new Accepted(ballot, 1, 1));

        Assert.Equal(3, leader.Replica.LastSlot);
        Assert.Equal(3, Batch.Decode(leader.Replica.Record(3)!.Value.Command).Commands.Count);
    }

    [Fact]
    public void A_further_round_begins_when_many_commands_wait()
    {
        var many = new ReplicaOptions { Self = default, Members = [], Mode = Mode.Multi, Seed = 0 }.WorthwhileCommands;
        for (var id = 1; id <= many + 1; id++) leader.Propose(id, "x");
        Assert.Equal(2, leader.Replica.LastSlot);

        leader.Propose(many + 2, "x");

        Assert.Equal(3, leader.Replica.LastSlot);
    }

    [Fact]
    public void A_further_round_begins_when_many_bytes_wait()
    {
        var large = new string('x', 100 << 10);
        for (var id = 1; id <= 4; id++) leader.Propose(id, large);
        Assert.Equal(2, leader.Replica.LastSlot);

        leader.Propose(5, large);

        Assert.Equal(3, leader.Replica.LastSlot);
    }
}
