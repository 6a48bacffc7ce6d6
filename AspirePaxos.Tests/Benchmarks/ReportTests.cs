using AspirePaxos.Benchmarks.Reports;

namespace AspirePaxos.Tests.Benchmarks;

public sealed class ReportTests
{
    [Fact]
    public void Medians_and_ratios_pair_the_same_cases()
    {
        var report = Report.Of(["--repeat", "3"], [Of("paxos", 100, 4), Of("etcd", 50, 8), Of("paxos", 300, 2), Of("etcd", 40, 9), Of("paxos", 200, 3), Of("etcd", 60, 7), Of("paxos", 1, 1) with { Connections = 1 }]);

        Assert.Equal([(200, 3), (50, 8), (1, 1)], report.Medians.Select(figure => (figure.Rate, figure.P50)));
        var ratio = Assert.Single(report.Ratios);
        Assert.Equal((64, 4, 0.375), (ratio.Connections, ratio.Rate, ratio.P50));
    }

    [Fact]
    public void A_report_comes_back_from_its_file_as_it_was()
    {
        var report = Report.Of(["--quick"], [Of("paxos", 100, 4)]) with { Failovers = [FailoverFigure.Of("paxos", "kill -9", [0.3, 0.1, 0.2, 0.8])] };
        var read = Report.OfJson(report.ToJson())!;

        Assert.Equal(report.ToJson(), read.ToJson());
        Assert.Equal(100, read.Figures[0].Rate);
        Assert.Equal("node0", read.Figures[0].Nodes[0].Name);
        Assert.Equal((0.25, 0.1, 0.8), (read.Failovers[0].MedianSeconds, read.Failovers[0].LeastSeconds, read.Failovers[0].WorstSeconds));
    }

    private static Figure Of(string target, double rate, double p50) => new(
        target, "write", 64, 10, 2, (long)rate * 2, 0, rate, p50, p50 * 2, p50 * 3, p50 * 4, target == "etcd" ? null : 12.5, 50, 10,
        [new NodeFigure("node0", true, 40, 100_000_000, 500, 1, 2, 3)]);
}
