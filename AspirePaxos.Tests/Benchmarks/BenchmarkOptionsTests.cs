using AspirePaxos.Benchmarks;

namespace AspirePaxos.Tests.Benchmarks;

public sealed class BenchmarkOptionsTests
{
    [Theory]
    [InlineData("--nonsense", "Unknown option --nonsense.")]
    [InlineData("--only", "--only wants workloads")]
    [InlineData("--only sing", "There is no workload sing")]
    [InlineData("--connections 0", "--connections wants a number from 1")]
    [InlineData("--compare redis", "--compare wants etcd")]
    [InlineData("--first-warmup x", "--first-warmup wants a number from 0")]
    [InlineData("--rate -1", "--rate wants a number from 1")]
    [InlineData("--failover 3 --restart", "one at a time")]
    [InlineData("--commands 10", "goes with --restart")]
    public void What_cannot_be_is_refused_with_its_reason(string line, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => BenchmarkOptions.Parse(line.Split(' '))).Message, StringComparison.Ordinal);

    [Fact]
    public void Lists_select_what_is_measured()
    {
        var cases = BenchmarkOptions.Parse("--only read,write-all --connections 8 --values 10,100".Split(' ')).Cases;

        Assert.Equal(
            ["read, 8 connections, 10 B", "read, 8 connections, 100 B", "write-all, 8 connections, 10 B", "write-all, 8 connections, 100 B"],
            cases.Select(load => load.ToString()));
    }

    [Fact]
    public void The_default_has_every_workload_at_every_number_of_connections_and_quick_fits_into_a_minute()
    {
        var (all, quick) = (BenchmarkOptions.Parse([]), BenchmarkOptions.Parse(["--quick"]));

        foreach (var workload in all.Workloads)
        {
            Assert.Equal([1, 16, 64, 256, 1_024], all.Cases.Where(load => load.Workload == workload && load.ValueBytes == 10).Select(load => load.Connections));
        }

        Assert.Equal([10, 256, 4_096, 65_536], all.Cases.Where(load => load.Workload.Name == "write").Select(load => load.ValueBytes).Distinct());
        Assert.True(quick.FirstWarmup + (quick.Cases.Count * (quick.Measuring + quick.Warmup)) < TimeSpan.FromSeconds(55));
    }
}
