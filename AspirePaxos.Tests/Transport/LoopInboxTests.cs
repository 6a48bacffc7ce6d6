using AspirePaxos.Node;

namespace AspirePaxos.Tests.Transport;

public sealed class LoopInboxTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly LoopInbox inbox = new();

    [Fact]
    public void Inputs_come_out_in_the_order_in_which_they_were_posted()
    {
        for (var token = 0; token < 10; token++) Assert.True(inbox.Post(new LoopInput.Abandoned(token)));
        Assert.True(inbox.TryTake(out var first));
        for (var token = 10; token < 20; token++) Assert.True(inbox.Post(new LoopInput.Abandoned(token)));

        var tokens = new List<long> { ((LoopInput.Abandoned)first).Token };
        while (inbox.TryTake(out var next)) tokens.Add(((LoopInput.Abandoned)next).Token);

        Assert.Equal(Enumerable.Range(0, 20).Select(token => (long)token), tokens);
    }

    [Fact]
    public void It_is_empty_once_all_of_it_was_taken()
    {
        Assert.True(inbox.IsEmpty);
        inbox.Post(new LoopInput.Abandoned(1));
        inbox.Post(new LoopInput.Abandoned(2));
        Assert.False(inbox.IsEmpty);
        Assert.True(inbox.TryTake(out _));
        Assert.False(inbox.IsEmpty);
        Assert.True(inbox.TryTake(out _));
        Assert.True(inbox.IsEmpty);
    }

    [Fact]
    public void The_loop_waits_until_something_is_posted_and_not_while_something_is_left()
    {
        var loop = Waiting();

        Assert.True(inbox.Post(new LoopInput.Abandoned(1)));
        Assert.True(inbox.Post(new LoopInput.Abandoned(2)));

        Assert.True(loop.Join(Limit));
        Assert.True(inbox.TryTake(out _));
        inbox.Wait();
        Assert.True(inbox.TryTake(out _));
        Assert.False(inbox.TryTake(out _));
    }

    [Fact]
    public void Nothing_is_lost_or_doubled_however_many_post()
    {
        const int posters = 4, each = 20_000;
        var threads = Enumerable.Range(0, posters).Select(poster => new Thread(() =>
        {
            for (var i = 0; i < each; i++) inbox.Post(new LoopInput.Abandoned((poster * each) + i));
        })).ToList();
        var seen = new HashSet<long>();
        var last = new long[posters];
        Array.Fill(last, -1);
        threads.ForEach(thread => thread.Start());
        while (seen.Count < posters * each)
        {
            inbox.Wait();
            while (inbox.TryTake(out var input))
            {
                var token = ((LoopInput.Abandoned)input).Token;
                Assert.True(seen.Add(token));
                Assert.True(token > last[token / each], "Inputs of one poster come in its order.");
                last[token / each] = token;
            }
        }

        threads.ForEach(thread => thread.Join());
        Assert.False(inbox.TryTake(out _));
    }

    [Fact]
    public void A_closed_inbox_takes_nothing_and_wakes_the_loop()
    {
        Assert.True(inbox.Post(new LoopInput.Abandoned(1)));
        Assert.True(inbox.TryTake(out _));
        var loop = Waiting();

        inbox.Close();

        Assert.True(loop.Join(Limit));
        Assert.False(inbox.Post(new LoopInput.Abandoned(2)));
    }

    [Fact]
    public void What_came_before_it_was_closed_can_still_be_taken()
    {
        Assert.True(inbox.Post(new LoopInput.Abandoned(1)));

        inbox.Close();

        Assert.True(inbox.TryTake(out _));
    }

    private Thread Waiting()
    {
        var loop = new Thread(inbox.Wait) { IsBackground = true };
        loop.Start();
        Assert.True(SpinWait.SpinUntil(() => loop.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Limit));
        return loop;
    }
}
