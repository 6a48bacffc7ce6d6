using System.Diagnostics;
using AspirePaxos.Benchmarks.Targets;

namespace AspirePaxos.Benchmarks.Load;

/// <summary>Keeps connections busy: in a closed loop each sends its next request after an answer, in an open loop when one is due.</summary>
internal sealed class Generator : IAsyncDisposable
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource end = new();
    private readonly Case load;
    private readonly Pacer? pacer;
    private readonly int keys;
    private readonly Task work;
    private Latencies latencies = new();
    private long failed;
    private string? firstFailure;

    /// <param name="rate">Requests a second of an open loop; null for a closed one.</param>
    public Generator(ITarget target, Case load, int leader, int keys, double? rate, Func<Uri, IConnection> connect)
    {
        this.load = load;
        this.keys = keys;
        pacer = rate is { } paced ? new Pacer(paced) : null;
        pacer?.Start(end.Token);
        work = Task.WhenAll(Enumerable.Range(0, load.Connections).Select(i =>
        {
            var node = load.Workload.AllNodes ? i % target.Nodes.Count : leader;
            return RunAsync(target, connect(target.Nodes[node].Url!), new Random(i));
        }));
    }

    public long Failed => Volatile.Read(ref failed);

    public string? FirstFailure => firstFailure;

    public long Done => Volatile.Read(ref latencies).Count;

    /// <summary>Due and not sent; 0 in a closed loop.</summary>
    public int Waiting => pacer?.Waiting ?? 0;

    /// <summary>What was recorded since the last call.</summary>
    public Latencies Take() => Interlocked.Exchange(ref latencies, new Latencies());

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await work;
        end.Dispose();
    }

    private async Task RunAsync(ITarget target, IConnection connection, Random random)
    {
        await Task.Yield();
        using var ending = connection;
        // An exchange that is under way when the load ends is broken off by the connection's end.
        await using var breaking = end.Token.Register(connection.Dispose);
        var write = target.Write(load.ValueBytes, load.Workload.Kind == Kind.IdempotentWrite);
        var read = target.Read(load.Workload.Kind == Kind.LocalRead);
        var id = (ulong)Random.Shared.NextInt64();
        while (!end.IsCancellationRequested)
        {
            var request = load.Workload.Reads && (load.Workload.Kind != Kind.Mixed || random.Next(10) > 0) ? read : write;
            request.Number(random.Next(keys), id++);
            if (await IntendedAsync() is not { } intended) return;
            await ExchangeAsync(connection, request, intended);
        }
    }

    private async ValueTask<long?> IntendedAsync()
    {
        if (pacer is null) return Stopwatch.GetTimestamp();
        while (await pacer.Due.WaitToReadAsync())
        {
            if (pacer.Due.TryRead(out var intended)) return intended;
        }

        return null;
    }

    private async ValueTask ExchangeAsync(IConnection connection, RequestTemplate request, long intended)
    {
        try
        {
            var status = await connection.ExchangeAsync(request, CancellationToken.None);
            if (status is >= 200 and < 300) Volatile.Read(ref latencies).Record(Stopwatch.GetElapsedTime(intended));
            else Fail($"status {status}");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            if (end.IsCancellationRequested) return;
            Fail(e.Message);
            await Task.Delay(AfterFailure);
        }
    }

    private void Fail(string why)
    {
        Interlocked.Increment(ref failed);
        firstFailure ??= why;
    }
}
