using AspirePaxos.Simulation;

namespace AspirePaxos.Tests.Simulation;

public sealed class DeterminismTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void The_same_seed_gives_the_same_trace(ulong seed)
    {
        var first = new StringWriter();
        var second = new StringWriter();

        var one = Run.Seed(seed, 1_000, first);
        var two = Run.Seed(seed, 1_000, second);

        Assert.Equal(one.TraceHash, two.TraceHash);
        Assert.Equal(one.Events, two.Events);
        Assert.Equal(first.ToString(), second.ToString());
        Assert.Equal(one.TraceHash, Run.Seed(seed, 1_000).TraceHash);
    }

    [Fact]
    public void Different_seeds_give_different_traces()
    {
        var hashes = Enumerable.Range(1, 8).Select(seed => Run.Seed((ulong)seed, 500).TraceHash);

        Assert.Equal(8, hashes.Distinct().Count());
    }
}
