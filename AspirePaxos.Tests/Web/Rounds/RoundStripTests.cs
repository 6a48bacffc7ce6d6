using AspirePaxos.Web.Components.Rounds;

namespace AspirePaxos.Tests.Web.Rounds;

public sealed class RoundStripTests
{
    [Fact]
    public void The_newest_stands_at_the_right_edge_and_each_kind_has_its_colour()
    {
        var strip = RoundStrip.Of([Samples.Accept(1), Samples.Prepare(2, 1), Samples.Accept(3, 2, outcome: "stepped-down")]);
        Assert.Equal(strip.Width - 3, strip.First);
        Assert.StartsWith($"M{strip.First}.5 ", strip.Accepts, StringComparison.Ordinal);
        Assert.StartsWith($"M{strip.First + 1}.5 ", strip.Prepares, StringComparison.Ordinal);
        Assert.StartsWith($"M{strip.First + 2}.5 ", strip.Unfinished, StringComparison.Ordinal);
        Assert.Empty(strip.Gaps);
    }

    [Fact]
    public void Many_rounds_fill_the_width() =>
        Assert.Equal((500, 0), (Of(500).Width, Of(500).First));

    [Fact]
    public void What_was_not_as_it_should_be_is_marked_above()
    {
        Assert.Empty(RoundStrip.Of([Samples.Accept()]).Remarked);
        var strip = RoundStrip.Of([Samples.Accept(), Samples.Prepare(2, 1)]);
        Assert.Equal($"M{strip.First + 1}.5 0V5", strip.Remarked);
    }

    [Fact]
    public void A_time_without_rounds_is_marked() =>
        Assert.StartsWith("M", RoundStrip.Of([Samples.Accept(1), Samples.Accept(2, afterMs: 3000)]).Gaps, StringComparison.Ordinal);

    [Fact]
    public void The_longer_the_higher_within_the_drawing()
    {
        double[] times = [0, 0.05, 0.5, 5, 50, 500, 5_000, 50_000];
        var heights = times.Select(RoundStrip.Y).ToList();
        Assert.Equal(heights.OrderDescending(), heights);
        Assert.All(heights, y => Assert.InRange(y, 0, RoundStrip.Height - 1));
    }

    private static RoundStrip Of(int count) => RoundStrip.Of([.. Enumerable.Range(1, count).Select(i => Samples.Accept(i, i))]);
}
