using AspirePaxos.Protocol;
using AspirePaxos.Tests.Generators;
using CsCheck;

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

    [Fact]
    public void Ballots_are_totally_ordered_and_every_operator_says_the_same() =>
        Gen.Select(AnyMessage.Ballot, AnyMessage.Ballot, AnyMessage.Ballot).Sample(
            (a, b, c) =>
            {
                var order = Math.Sign(a.CompareTo(b));
                Assert.Equal(-order, Math.Sign(b.CompareTo(a)));
                Assert.Equal(order == 0, a == b);
                Assert.Equal([order < 0, order <= 0, order >= 0, order > 0], new[] { a < b, a <= b, a >= b, a > b });
                Assert.Equal(order < 0 ? b : a, Ballot.Max(a, b));
                if (a <= b && b <= c) Assert.True(a <= c);
                Assert.True(a.IsNone ? a == Ballot.None : a > Ballot.None);
            },
            iter: 5_000);
}
