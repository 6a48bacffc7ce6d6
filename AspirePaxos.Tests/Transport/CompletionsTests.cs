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
        var threads = new HashSet<bool>();
        lock (gate)
        {
            for (var i = 0; i < count; i++)
            {
                completions.Add(() =>
                {
                    var reentered = gate.IsHeldByCurrentThread;
                    lock (gate) threads.Add(reentered);
                    done.Release();
                });
            }

            completions.Flush(idle);
        }

        for (var i = 0; i < count; i++) Assert.True(await done.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.Equal([false], threads);
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
