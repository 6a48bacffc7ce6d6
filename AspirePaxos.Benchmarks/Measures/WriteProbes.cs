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

    /// <summary>From the oldest unanswered one on; beyond, that one is broken off.</summary>
    private const int MostUnanswered = 2_000;

    private readonly ITarget target;
    private readonly CancellationTokenSource end = new();
    private readonly ConcurrentDictionary<LaunchedResource, ConcurrentBag<IConnection>> idle = [];

    /// <summary>In the order in which they were sent, answered ones among them.</summary>
    private readonly Queue<(Task Probe, IConnection Connection)> sent = new();
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
        while (sent.Count > 0) await BreakOffOldestAsync();
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
            while (sent.TryPeek(out var oldest) && oldest.Probe.IsCompleted) sent.Dequeue();
            if (sent.Count >= MostUnanswered) await BreakOffOldestAsync();
            var connection = idle.GetOrAdd(node, _ => []).TryTake(out var free) ? free : new SocketConnection(node.Url!);
            sent.Enqueue((ProbeAsync(node, connection), connection));
        }
    }

    private Task BreakOffOldestAsync()
    {
        var (probe, connection) = sent.Dequeue();
        if (!probe.IsCompleted) connection.Dispose();
        return probe;
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
