using System.Numerics;
using AspirePaxos.Protocol;
using CsCheck;

namespace AspirePaxos.Tests.Protocol;

public sealed class QuorumTests
{
    /// <remarks>P2, Paxos Made Simple §2.2: any two majorities have a member in common. All pairs of all sizes up to eleven.</remarks>
    [Fact]
    public void Any_two_quorums_of_the_same_members_share_one()
    {
        for (var members = 1; members <= 11; members++)
        {
            var quorum = new Quorum(members);
            var quorums = Enumerable.Range(0, 1 << members).Where(set => quorum.Reached(BitOperations.PopCount((uint)set))).ToArray();
            Assert.NotEmpty(quorums);
            foreach (var one in quorums)
            {
                foreach (var two in quorums)
                    if ((one & two) == 0) Assert.Fail($"{one:b} and {two:b} of {members} members share none");
            }
        }
    }

    [Fact]
    public void A_minority_may_fail_and_no_more()
    {
        for (var members = 1; members <= 11; members++)
        {
            var quorum = new Quorum(members);
            Assert.True(quorum.Reached(members - ((members - 1) / 2)));
            Assert.False(quorum.Reached(members / 2));
        }
    }

    [Fact]
    public void What_a_quorum_has_reached_is_the_greatest_value_that_so_many_have() =>
        Gen.OneOf(Gen.Long[0, 5], Gen.Long).Array[1, 9].Sample(
            values =>
            {
                var quorum = new Quorum(values.Length);
                var naive = values.Where(value => quorum.Reached(values.Count(other => other >= value))).Max();

                Assert.Equal(naive, quorum.ReachedByQuorum(values.ToArray()));
            },
            iter: 5_000);
}
