using AspirePaxos.Simulation;

namespace AspirePaxos.Tests.Simulation;

/// <summary>The fixed seeds run once; the tests look at the result from several sides.</summary>
public sealed class FixedSeeds
{
    public const int Count = 320;

    public FixedSeeds() => Batch.Execute(() => false);

    internal SeedBatch Batch { get; } = new(first: 1, Count);
}

public sealed class FixedSeedsTests(FixedSeeds seeds) : IClassFixture<FixedSeeds>
{
    [Fact]
    public void No_seed_breaks_a_rule_and_all_converge() => Assert.True(seeds.Batch.Failures.Count == 0, string.Join("\n\n", seeds.Batch.Failures));

    [Fact]
    public void At_least_300_seeds_were_long_and_eventful_enough_to_count()
    {
        Assert.InRange(seeds.Batch.Counted, 300, FixedSeeds.Count);
        Assert.Equal(FixedSeeds.Count, seeds.Batch.Done + seeds.Batch.Failures.Count);
    }

    public static TheoryData<Seen> Everything => [.. Enum.GetValues<Seen>()];

    [Theory]
    [MemberData(nameof(Everything))]
    public void Over_the_seeds_it_happened(Seen seen) =>
        Assert.True(seeds.Batch.Coverage[seen] > 0, $"{seen} never happened, so the seeds say nothing about it: {seeds.Batch.Coverage}");
}
