using AspirePaxos.Node;
using Microsoft.Extensions.Logging;

namespace AspirePaxos.Tests.Transport;

public sealed class MixedModesWatchTests
{
    private readonly MixedModesWatch watch = new();

    [Fact]
    public void It_warns_once_and_is_critical_once_where_it_lasts()
    {
        Assert.Null(watch.Look(false, 0));
        Assert.Equal(LogLevel.Warning, watch.Look(true, 10));
        Assert.Null(watch.Look(true, 9 + MixedModesWatch.Persistent));
        Assert.Equal(LogLevel.Critical, watch.Look(true, 10 + MixedModesWatch.Persistent));
        Assert.Null(watch.Look(true, 10 * MixedModesWatch.Persistent));
    }

    [Fact]
    public void What_ended_begins_with_a_warning_again()
    {
        watch.Look(true, 0);
        watch.Look(true, MixedModesWatch.Persistent);
        Assert.Null(watch.Look(false, MixedModesWatch.Persistent + 1));
        Assert.Equal(LogLevel.Warning, watch.Look(true, MixedModesWatch.Persistent + 2));
    }
}
