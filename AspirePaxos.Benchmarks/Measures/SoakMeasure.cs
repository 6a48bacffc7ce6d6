using System.Diagnostics;
using AspirePaxos.Benchmarks.Load;
using AspirePaxos.Benchmarks.Reports;
using AspirePaxos.Benchmarks.Targets;

namespace AspirePaxos.Benchmarks.Measures;

/// <summary>The same load for long: a line each time, with what has grown.</summary>
internal sealed class SoakMeasure(BenchmarkOptions options, Progress progress)
{
    private const int DefaultConnections = 64;

    public async Task<IReadOnlyList<SoakFigure>> RunAsync(ITarget target, CancellationToken cancellation)
    {
        var first = options.Cases.FirstOrDefault(load => load.Connections == DefaultConnections) ?? options.Cases[0];
        var whole = TimeSpan.FromMinutes(options.SoakMinutes);
        var interval = TimeSpan.FromSeconds(Math.Clamp(whole.TotalSeconds / 60, 5, 60));
        var leader = await Leadership.FindAsync(target, cancellation);
        if (first.Workload.Reads) await new Filling(target, Workload.All[0], options.Keys, first.ValueBytes, Connections.Of(options.Client)).RunAsync(options.Keys, cancellation);
        var generator = new Generator(target, first, leader, options.Keys, options.Rate, Connections.Of(options.Client));
        await using var ending = generator;
        progress.Line($"{target.Name}: {first}, {options.SoakMinutes} minutes");
        progress.Line($"     s      rate   p50 ms   p99 ms   max ms  failed | {string.Join(" | ", target.Nodes.Select(node => $"{node.Name}: CPU %, RSS, database, wal (MB), log slots"))}");
        var figures = new List<SoakFigure>();
        var start = Stopwatch.GetTimestamp();
        long failed = 0;
        var (changes, before) = (0, await Reading.TakeAsync(target, cancellation));
        while (Stopwatch.GetElapsedTime(start) < whole)
        {
            await Task.Delay(interval, cancellation);
            var (latencies, after) = (generator.Take(), await Reading.TakeAsync(target, cancellation));
            var now = await target.LeaderAsync(cancellation);
            if (now != leader) (leader, changes) = (now ?? leader, changes + 1);
            var figure = after.Since(before, target, first, leader, latencies, generator.Failed - failed);
            (before, failed) = (after, generator.Failed);
            figures.Add(new(Stopwatch.GetElapsedTime(start).TotalSeconds, changes, figure));
            progress.Line(Table.SoakRow(figures[^1]));
        }

        progress.Line($"The leader changed {changes} times; {generator.Failed} requests failed{(generator.FirstFailure is { } why ? $", the first with: {why}" : "")}.");
        return figures;
    }
}
