using AspirePaxos.Web.Components.Rounds;

namespace AspirePaxos.Tests.Web.Rounds;

public sealed class TimeScaleTests
{
    [Fact]
    public void All_of_a_usual_round_is_in_the_picture()
    {
        var scale = TimeScale.Of(Samples.Accept());
        Assert.False(scale.Cuts(2.6));
        Assert.InRange(scale.Percent(2.6), 85, 99);
        Assert.Equal(0, scale.Percent(0));
    }

    [Fact]
    public void What_ends_long_after_the_quorum_is_cut_off_and_the_rest_is_well_seen()
    {
        var scale = TimeScale.Of(Samples.Accept(steps: [Samples.Persist("node2", 0, 301), Samples.Asked("node0", 0.1, 1.8), Samples.Asked("node1", 0.1, 2)]));
        Assert.True(scale.Cuts(301));
        Assert.Equal(100, scale.Percent(301));
        Assert.InRange(scale.Percent(2), 50, 90);
    }

    [Fact]
    public void A_slow_round_is_shown_whole()
    {
        var scale = TimeScale.Of(Samples.Accept(durationMs: 418, steps: [Samples.Persist("node2", 0, 0.6), Samples.Asked("node0", 304, null, "lost")]));
        Assert.False(scale.Cuts(418));
        Assert.InRange(scale.Percent(304), 60, 80);
    }

    [Fact]
    public void A_round_without_steps_or_time_has_a_scale_too()
    {
        var scale = TimeScale.Of(Samples.Accept(durationMs: 0) with { Steps = [] });
        Assert.True(scale.EndMs > 0);
        Assert.True(double.IsFinite(scale.Percent(0)));
    }

    [Theory]
    [InlineData(0.09)]
    [InlineData(0.5)]
    [InlineData(2.8)]
    [InlineData(9.99)]
    [InlineData(50)]
    [InlineData(451)]
    [InlineData(10_000)]
    public void Ticks_are_few_and_round(double end)
    {
        var ticks = new TimeScale(end).Ticks();
        Assert.Equal(0, ticks[0]);
        Assert.InRange(ticks.Count, 3, 6);
        Assert.All(ticks, tick => Assert.True(tick <= end));
    }

    [Fact]
    public void Ticks_of_forty_eight_milliseconds() => Assert.Equal([0, 10, 20, 30, 40], new TimeScale(48).Ticks());

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.012, "0.01 ms")]
    [InlineData(0.447, "0.45 ms")]
    [InlineData(0.999, "1 ms")]
    [InlineData(6.867, "6.9 ms")]
    [InlineData(9.96, "10 ms")]
    [InlineData(301.782, "302 ms")]
    [InlineData(999.7, "1.0 s")]
    [InlineData(12_340, "12.3 s")]
    public void Times_are_short(double ms, string text) => Assert.Equal(text, TimeScale.Text(ms));
}
