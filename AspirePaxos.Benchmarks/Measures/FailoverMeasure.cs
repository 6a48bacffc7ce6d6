using AspirePaxos.Benchmarks.Reports;
using AspirePaxos.Benchmarks.Targets;

namespace AspirePaxos.Benchmarks.Measures;

/// <summary>How long no write is acknowledged when the leader is killed, and when it stands still.</summary>
internal sealed class FailoverMeasure(BenchmarkOptions options, Progress progress)
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public async Task<IReadOnlyList<FailoverFigure>> RunAsync(IReadOnlyList<ITarget> targets, CancellationToken cancellation)
    {
        var gaps = new List<(string Target, string Fault, double Seconds)>();
        foreach (var fault in (string[])["kill -9", "pause"])
        {
            for (var turn = 1; turn <= options.Failovers; turn++)
            {
                foreach (var target in targets)
                {
                    progress.Passing($"{target.Name}: {fault} of the leader, {turn} of {options.Failovers}");
                    var gap = await GapAsync(target, fault == "pause", cancellation);
                    gaps.Add((target.Name, fault, gap.TotalSeconds));
                    progress.Line($"{target.Name,-6} {fault,-8} {turn,3}  no write acknowledged for {gap.TotalMilliseconds,6:0} ms");
                }
            }
        }

        var figures = gaps.GroupBy(gap => (gap.Target, gap.Fault)).Select(group => FailoverFigure.Of(group.Key.Target, group.Key.Fault, [.. group.Select(gap => gap.Seconds)])).ToArray();
        foreach (var figure in figures) progress.Line($"{figure.Target,-6} {figure.Fault,-8} median {figure.MedianSeconds:0.00} s, from {figure.LeastSeconds:0.00} to {figure.WorstSeconds:0.00} s");
        return figures;
    }

    private static async Task<TimeSpan> GapAsync(ITarget target, bool pauses, CancellationToken cancellation)
    {
        var leader = target.Nodes[await Leadership.FindAsync(target, cancellation)];
        await using var probes = new WriteProbes(target);
        await probes.AcknowledgedAsync(Before, Limit, cancellation);
        probes.Forget();
        var others = target.Nodes.Where(node => node != leader).ToHashSet();
        if (pauses) leader.Pause();
        else await leader.KillAsync();
        probes.Only(others);
        await probes.AcknowledgedAsync(After, Limit, cancellation);
        var gap = probes.LongestGap;
        if (pauses) leader.Resume();
        else leader.Start();
        while (!await target.IsReadyAsync(target.Nodes.ToList().IndexOf(leader), cancellation)) await Task.Delay(20, cancellation);
        return gap;
    }
}
