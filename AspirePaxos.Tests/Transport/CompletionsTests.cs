using AspirePaxos.Node;

namespace AspirePaxos.Tests.Transport;

/// <summary>Where what follows a wait for the loop runs.</summary>
public sealed class CompletionsTests
{
    private readonly Completions completions = new();

    [Fact]
    public void The_only_one_of_an_idle_loop_is_completed_on_its_own_thread()
    {
        var thread = 0;
        completions.Add(() => thread = Environment.CurrentManagedThreadId);

        completions.Flush(idle: true);

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task A_busy_loop_and_one_with_several_leave_it_to_the_thread_pool(int count, bool idle)
    {
        // What follows must not run here: this thread holds the gate until all were handed over.
        var gate = new Lock();
        var done = new SemaphoreSlim(0);
        var ranHere = new HashSet<bool>();
        lock (gate)
        {
            for (var i = 0; i < count; i++)
            {
                completions.Add(() =>
                {
                    var reentered = gate.IsHeldByCurrentThread;
                    lock (gate) ranHere.Add(reentered);
                    done.Release();
                });
            }

            completions.Flush(idle);
        }

        for (var i = 0; i < count; i++) Assert.True(await done.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.Equal([false], ranHere);
    }

    [Fact]
    public async Task What_takes_long_never_keeps_the_loop()
    {
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var loop = new Thread(() =>
        {
            completions.Add(() => done.SetResult(Environment.CurrentManagedThreadId), takesLong: true);
            completions.Flush(idle: true);
        });
        loop.Start();

        Assert.NotEqual(loop.ManagedThreadId, await done.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_handler_can_tell_that_it_runs_on_the_loops_thread()
    {
        var during = false;
        completions.Add(() => during = SharedThreads.MustLeave);

        completions.Flush(idle: true);

        Assert.True(during);
        Assert.False(SharedThreads.MustLeave);
    }

    [Fact]
    public void Each_is_completed_once()
    {
        var times = 0;
        completions.Add(() => times++);

        completions.Flush(idle: true);
        completions.Flush(idle: true);

        Assert.Equal(1, times);
    }
}
