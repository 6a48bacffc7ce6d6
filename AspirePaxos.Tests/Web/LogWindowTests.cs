using AspirePaxos.Web.Components;
using AspirePaxos.Web.Components.Log;

namespace AspirePaxos.Tests.Web;

public sealed class LogWindowTests
{
    private readonly LogWindow window = new();

    [Fact]
    public void Follows_the_end_until_somebody_looks_back()
    {
        window.Set(1, 100);
        Assert.Equal((76L, 100L), (window.From, window.Through));
        window.Set(1, 103);
        Assert.Equal((79L, 103L), (window.From, window.Through));
        window.Older();
        window.Set(1, 200);
        Assert.Equal((54L, 78L), (window.From, window.Through));
        Assert.False(window.Follows);
        window.Newer();
        Assert.Equal((79L, 103L), (window.From, window.Through));
        window.Follow();
        Assert.Equal(200, window.Through);
    }

    [Fact]
    public void Goes_no_further_than_the_log()
    {
        window.Set(1, 30);
        Assert.False(window.HasNewer);
        window.Older();
        Assert.Equal((1L, 5L), (window.From, window.Through));
        Assert.False(window.HasOlder);
        window.Newer();
        Assert.Equal(30, window.Through);
        Assert.False(window.HasNewer);
    }

    [Fact]
    public void An_empty_log_has_an_empty_page()
    {
        window.Set(1, 0);
        Assert.True(window.From > window.Through);
        Assert.False(window.HasOlder);
        Assert.False(window.HasNewer);
    }

    [Fact]
    public void A_slot_that_is_asked_for_has_others_around_it_where_there_are_any()
    {
        window.Set(1, 1_000);
        window.To(500);
        Assert.InRange(500, window.From + 5, window.Through - 5);
        window.To(1_000);
        Assert.Equal(1_000, window.Through);
        window.To(1);
        Assert.Equal(1, window.From);
        window.To(5_000);
        Assert.Equal(5_000, window.Through);
    }

    [Fact]
    public void Pages_are_smaller_where_answers_end_early_and_grow_again()
    {
        window.Set(1, 100);
        window.Took(window.From, window.Through, 79);
        Assert.Equal((97L, 100L), (window.From, window.Through));
        window.Took(window.From, window.Through, long.MaxValue);
        Assert.Equal(96, window.From);
    }

    [Fact]
    public void The_same_is_asked_for_once_and_again_where_it_failed()
    {
        var pace = new Pace(TimeSpan.Zero, TimeProvider.System);
        Assert.True(pace.IsDue(1));
        pace.Begin(1);
        Assert.False(pace.IsDue(2));
        pace.End(done: true);
        Assert.False(pace.IsDue(1));
    }
}
