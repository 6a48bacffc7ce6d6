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
    public void The_same_seed_with_less_of_everything_gives_the_same_trace()
    {
        var drawn = DrawnSeed.First(plan => plan is { PartitionEvery: > 0, CrashEvery: > 0, Clients: > 2, Keys: > 1, Replicas: 5 }) with { Inputs = 1_000 };
        var settings = drawn with { Without = ["partitions", "crashes", "small-table"], Replicas = 3, Clients = 2, Keys = 1 };
        var output = new StringWriter();

        var one = Run.Execute(settings, output);

        Assert.Equal(one.TraceHash, Run.Execute(settings).TraceHash);
        Assert.Equal(0, one.Coverage[Seen.Partitions] + one.Coverage[Seen.Crashes] + one.Coverage[Seen.TooManyKeys]);
        Assert.DoesNotContain("node3", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("client 2", output.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(one.TraceHash, Run.Execute(drawn).TraceHash);
    }

    [Fact]
    public void A_trace_tells_who_sent_what_and_what_became_durable()
    {
        var output = new StringWriter();

        Run.Seed(11, 1_000, output);

        Assert.Matches(@"node\d → node\d: Accept ", output.ToString());
        Assert.Matches(@"node\d's disk has promise ", output.ToString());
        Assert.Matches(@"node\d applies 1: ", output.ToString());
    }

    [Fact]
    public void Different_seeds_give_different_traces()
    {
        var hashes = Enumerable.Range(1, 8).Select(seed => Run.Seed((ulong)seed, 500).TraceHash);

        Assert.Equal(8, hashes.Distinct().Count());
    }
}
