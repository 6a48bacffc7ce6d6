using System.Diagnostics;
using AspirePaxos.Benchmarks.Load;
using AspirePaxos.Benchmarks.Reports;
using AspirePaxos.Benchmarks.Targets;

namespace AspirePaxos.Benchmarks.Measures;

/// <summary>Each case on each target in turns: what one machine does to both within minutes cancels out in the ratio.</summary>
internal sealed class LoadMeasure(BenchmarkOptions options, Progress progress)
{
    /// <summary>Keys times bytes at most: large values use fewer keys.</summary>
    private const long StoreBytes = 64 << 20;
    private static readonly Workload Filling = Workload.All[0];

    private readonly Dictionary<string, (int Keys, int Bytes)> filled = [];

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ITarget> targets, CancellationToken cancellation)
    {
        var figures = new List<Figure>();
        foreach (var target in targets) await WarmUpAsync(target, cancellation);
        progress.Line(Table.Header);
        for (var turn = 0; turn < options.Repeat; turn++)
        {
            foreach (var load in options.Cases)
            {
                foreach (var target in targets)
                {
                    if (load.Workload.Kind == Kind.IdempotentWrite && !target.IsExactlyOnce) continue;
                    var figure = await MeasureAsync(target, load, cancellation);
                    figures.Add(figure);
                    progress.Line(Table.Row(figure, figures));
                }
            }
        }

        return figures;
    }

    /// <summary>The first seconds of a fresh cluster go to its compiler: each workload takes an equal part of them, at 64 connections.</summary>
    private async Task WarmUpAsync(ITarget target, CancellationToken cancellation)
    {
        var loads = options.Cases
            .Where(load => target.IsExactlyOnce || load.Workload.Kind != Kind.IdempotentWrite)
            .DistinctBy(load => load.Workload)
            .Select(load => load with { Connections = 64 })
            .ToList();
        foreach (var load in loads)
        {
            var (generator, _) = await StartAsync(target, load, null, cancellation);
            await using var ending = generator;
            await WatchAsync(target, load, generator, "warming up first", options.FirstWarmup / loads.Count, cancellation);
        }
    }

    private async Task<Figure> MeasureAsync(ITarget target, Case load, CancellationToken cancellation)
    {
        var (generator, leader) = await StartAsync(target, load, options.Rate, cancellation);
        await using var ending = generator;
        await WatchAsync(target, load, generator, "warming up", options.Warmup, cancellation);
        var before = await Reading.TakeAsync(target, cancellation);
        var failedBefore = generator.Failed;
        _ = generator.Take();
        await WatchAsync(target, load, generator, "measuring", options.Measuring, cancellation);
        var latencies = generator.Take();
        var after = await Reading.TakeAsync(target, cancellation);
        var figure = after.Since(before, target, load, leader, latencies, generator.Failed - failedBefore);
        if (figure.Failed > 0) progress.Line($"    {figure.Failed} requests failed, the first with: {generator.FirstFailure}");
        // A moment's worth always waits: that of a second does not come of the latency alone.
        if (generator.Waiting > options.Rate) progress.Line($"    {generator.Waiting} requests were due and not sent yet at the end: the rate is above what {target.Name} can do with {load.Connections} connections");
        return figure;
    }

    private async Task<(Generator Generator, int Leader)> StartAsync(ITarget target, Case load, double? rate, CancellationToken cancellation)
    {
        var leader = await Leadership.FindAsync(target, cancellation);
        var keys = (int)Math.Clamp(StoreBytes / load.ValueBytes, 1, options.Keys);
        if (load.Workload.Reads) await FillAsync(target, load.ValueBytes, keys, cancellation);
        // Its writes give keys values of its own size.
        if (load.Workload.Writes) filled.Remove(target.Name);
        return (new Generator(target, load, leader, keys, rate, Connections.Of(options.Client)), leader);
    }

    private async Task WatchAsync(ITarget target, Case load, Generator generator, string what, TimeSpan time, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        for (var passed = TimeSpan.Zero; passed < time; passed = Stopwatch.GetElapsedTime(start))
        {
            progress.Passing($"{target.Name}: {load}, {what}, {passed.TotalSeconds:0} of {time.TotalSeconds:0} s, {generator.Done} answers");
            var rest = time - passed;
            await Task.Delay(rest < Progress.Interval ? rest : Progress.Interval, cancellation);
        }
    }

    /// <summary>Every key that is read exists, with a value of the size.</summary>
    private async Task FillAsync(ITarget target, int bytes, int keys, CancellationToken cancellation)
    {
        if (filled.GetValueOrDefault(target.Name) is var (has, size) && has >= keys && size == bytes) return;
        progress.Passing($"{target.Name}: writing {keys} keys of {bytes} B");
        await new Filling(target, Filling, keys, bytes, Connections.Of(options.Client)).RunAsync(keys, cancellation);
        filled[target.Name] = (keys, bytes);
    }
}
