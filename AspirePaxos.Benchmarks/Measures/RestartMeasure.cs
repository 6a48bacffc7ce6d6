using System.Diagnostics;
using AspirePaxos.Benchmarks.Load;
using AspirePaxos.Benchmarks.Reports;
using AspirePaxos.Benchmarks.Targets;

namespace AspirePaxos.Benchmarks.Measures;

/// <summary>After a long history: kill -9 of all nodes, and the time from their start until each says that it is ready.</summary>
internal sealed class RestartMeasure(BenchmarkOptions options, Progress progress)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    public async Task<IReadOnlyList<RestartFigure>> RunAsync(IReadOnlyList<ITarget> targets, CancellationToken cancellation)
    {
        var figures = new List<RestartFigure>();
        foreach (var target in targets) await FillAsync(target, cancellation);
        for (var turn = 1; turn <= Math.Max(3, options.Repeat); turn++)
        {
            foreach (var target in targets)
            {
                progress.Passing($"{target.Name}: restart {turn}");
                var seconds = await RestartAsync(target, cancellation);
                figures.Add(new(target.Name, options.Commands, [.. seconds]));
                progress.Line($"{target.Name,-6} all nodes were killed after {options.Commands} commands; ready after {string.Join(", ", seconds.Select(time => $"{time:0.00}"))} s");
            }
        }

        return figures;
    }

    private async Task FillAsync(ITarget target, CancellationToken cancellation)
    {
        var filling = new Filling(target, Workload.All[0], options.Keys, 10, Connections.Of(options.Client));
        var work = filling.RunAsync(options.Commands, cancellation);
        while (await Task.WhenAny(work, Task.Delay(Progress.Interval, cancellation)) != work)
        {
            cancellation.ThrowIfCancellationRequested();
            progress.Passing($"{target.Name}: writing history, {filling.Done} of {options.Commands} commands");
        }

        await work;
    }

    private static async Task<double[]> RestartAsync(ITarget target, CancellationToken cancellation)
    {
        await Task.WhenAll(target.Nodes.Select(node => node.KillAsync()));
        var start = Stopwatch.GetTimestamp();
        foreach (var node in target.Nodes) node.Start();
        return await Task.WhenAll(Enumerable.Range(0, target.Nodes.Count).Select(ReadyAsync));

        async Task<double> ReadyAsync(int node)
        {
            while (!await target.IsReadyAsync(node, cancellation)) await Task.Delay(Interval, cancellation);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
