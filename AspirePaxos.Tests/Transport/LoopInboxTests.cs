using AspirePaxos.Node;

namespace AspirePaxos.Tests.Transport;

public sealed class LoopInboxTests
{
    [Fact]
    public void The_loop_is_woken_by_whoever_posts_without_a_thread_of_the_pool()
    {
        var inbox = new LoopInbox();
        var arrival = inbox.Arrival();
        Assert.False(arrival.IsCompleted);

        Assert.True(inbox.Post(new LoopInput.HandOver()));

        Assert.True(arrival.IsCompletedSuccessfully);
        Assert.True(inbox.TryTake(out var input));
        Assert.IsType<LoopInput.HandOver>(input);
    }

    [Fact]
    public void A_closed_inbox_takes_nothing_and_wakes_the_loop()
    {
        var inbox = new LoopInbox();
        var arrival = inbox.Arrival();

        inbox.Close();

        Assert.True(arrival.IsCompleted);
        Assert.False(inbox.Post(new LoopInput.HandOver()));
    }
}
