using AspirePaxos.Protocol;
using CsCheck;

namespace AspirePaxos.Tests.Protocol;

public sealed class PrngTests
{
    [Fact]
    public void Numbers_lie_in_their_bounds_and_depend_on_the_seed_alone() =>
        Gen.Select(Gen.ULong, Gen.Long[-1_000, 1_000], Gen.OneOf(Gen.Long[1, 10], Gen.Long[1, 1L << 62])).Sample(
            (seed, from, width) =>
            {
                Prng one = new(seed), two = new(seed);
                for (var i = 0; i < 20; i++)
                {
                    var number = one.Between(from, from + width);
                    Assert.InRange(number, from, from + width - 1);
                    Assert.Equal(number, two.Between(from, from + width));
                    var unit = one.NextDouble();
                    Assert.True(unit is >= 0 and < 1);
                    Assert.Equal(unit, two.NextDouble());
                }

                Assert.True(one.OneIn(1));
            },
            iter: 1_000);

    [Fact]
    public void Every_number_between_the_bounds_comes_about_as_often_as_the_others()
    {
        var counts = new int[7];
        var prng = new Prng(1);
        for (var i = 0; i < 70_000; i++) counts[prng.Between(0, 7)]++;

        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
    }
}
