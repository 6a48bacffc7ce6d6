using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Protocol;

public sealed class BallotTests
{
    [Fact]
    public void Ballots_of_different_proposers_are_never_equal_and_ordered_by_number_first()
    {
        var low = new Ballot(1, new NodeId("node2"));
        var high = new Ballot(2, new NodeId("node0"));
        var rival = new Ballot(2, new NodeId("node1"));

        Assert.True(low < high);
        Assert.True(high < rival);
        Assert.NotEqual(high, rival);
        Assert.True(Ballot.None < low);
    }
}
