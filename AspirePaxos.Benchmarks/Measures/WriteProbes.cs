using System.Collections.Concurrent;
using System.Diagnostics;
using AspirePaxos.Benchmarks.Load;
using AspirePaxos.Benchmarks.Targets;
using AspirePaxos.Launcher;

namespace AspirePaxos.Benchmarks.Measures;

/// <summary>A write every few milliseconds to each node in turn, whether or not earlier ones were answered: it sees when writes work again.</summary>
internal sealed class WriteProbes : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2);

    /// <summary>Unanswered ones at most; beyond, the oldest is broken off.</summary>
    private const int MostUnanswered = 2_000;

    private readonly ITarget target;
    private readonly CancellationTokenSource end = new();
    private readonly ConcurrentDictionary<LaunchedResource, ConcurrentBag<IConnection>> idle = [];
    private readonly ConcurrentDictionary<Task, IConnection> unanswered = [];
    private readonly Task work;
    private readonly Lock turn = new();
    private volatile IReadOnlyList<LaunchedResource> asked;
    private long lastAt = Stopwatch.GetTimestamp();
    private TimeSpan longest;

    public WriteProbes(ITarget target)
    {
        this.target = target;
        asked = target.Nodes;
        work = RunAsync();
    }

    /// <summary>Between two acknowledgements since <see cref="Forget"/>.</summary>
    public TimeSpan LongestGap
    {
        get
        {
            lock (turn) return longest;
        }
    }

    public void Forget()
    {
        lock (turn) longest = TimeSpan.Zero;
    }

    /// <summary>From now on only these are asked; what others answer late still counts.</summary>
    public void Only(IEnumerable<LaunchedResource> nodes) => asked = [.. nodes];

    /// <summary>Waits until writes have been acknowledged for that long without a long pause, starting from now.</summary>
    /// <exception cref="TimeoutException">They were not, within the limit.</exception>
    public async Task AcknowledgedAsync(TimeSpan time, TimeSpan limit, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        long? since = null;
        while (since is null || Stopwatch.GetElapsedTime(since.Value) < time)
        {
            if (Stopwatch.GetElapsedTime(start) > limit) throw new TimeoutException($"{target.Name} acknowledged no writes for {limit.TotalSeconds:0} s.");
            await Task.Delay(10, cancellation);
            lock (turn)
            {
                var fresh = lastAt > start && Stopwatch.GetElapsedTime(lastAt) < TimeSpan.FromMilliseconds(100);
                since = fresh ? since ?? lastAt : null;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await work;
        foreach (var connection in unanswered.Values) connection.Dispose();
        await Task.WhenAll(unanswered.Keys);
        foreach (var connection in idle.Values.SelectMany(bag => bag)) connection.Dispose();
        end.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            try
            {
                await timer.WaitForNextTickAsync(end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var nodes = asked;
            var node = nodes[i % nodes.Count];
            if (unanswered.Count >= MostUnanswered) continue;
            var connection = idle.GetOrAdd(node, _ => []).TryTake(out var free) ? free : new SocketConnection(node.Url!);
            var probe = ProbeAsync(node, connection);
            unanswered[probe] = connection;
            _ = probe.ContinueWith(finished => unanswered.TryRemove(finished, out _), TaskScheduler.Default);
        }
    }

    private async Task ProbeAsync(LaunchedResource node, IConnection connection)
    {
        await Task.Yield();
        try
        {
            var request = target.Write(10, idempotent: false);
            request.Number(0, 0);
            if (await connection.ExchangeAsync(request, CancellationToken.None) is >= 200 and < 300) Acknowledge();
            idle.GetOrAdd(node, _ => []).Add(connection);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            connection.Dispose();
        }
    }

    private void Acknowledge()
    {
        lock (turn)
        {
            var now = Stopwatch.GetTimestamp();
            var gap = Stopwatch.GetElapsedTime(lastAt, now);
            if (gap > longest) longest = gap;
            lastAt = now;
        }
    }
}
