using AspirePaxos.Node.Telemetry;

namespace AspirePaxos.Tests.Telemetry;

public sealed class RateLimitTests
{
    [Fact]
    public void So_many_a_second_and_no_more_than_that_at_once()
    {
        var clock = new SetClock();
        var rate = new RateLimit(10, clock);

        Assert.Equal(10, Taken(rate, 100));
        clock.Now += TimeSpan.FromMilliseconds(250);
        Assert.Equal(2, Taken(rate, 100));
        clock.Now += TimeSpan.FromHours(1);
        Assert.Equal(10, Taken(rate, 100));
    }

    [Fact]
    public void Nothing_at_rate_zero() => Assert.False(new RateLimit(0, new SetClock()).TryTake());

    private static int Taken(RateLimit rate, int tries) => Enumerable.Range(0, tries).Count(_ => rate.TryTake());

    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
