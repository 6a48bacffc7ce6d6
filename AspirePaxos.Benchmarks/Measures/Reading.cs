using System.Diagnostics;
using AspirePaxos.Benchmarks.Load;
using AspirePaxos.Benchmarks.Reports;
using AspirePaxos.Benchmarks.Targets;

namespace AspirePaxos.Benchmarks.Measures;

/// <summary>Everything that is counted somewhere, at one time; two of them make a figure.</summary>
internal sealed record Reading(long At, ProcessUsage Generator, IReadOnlyList<ProcessUsage> Nodes, IReadOnlyList<NodeCounts> Counts)
{
    public static async Task<Reading> TakeAsync(ITarget target, CancellationToken cancellation)
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, target.Nodes.Count).Select(i => target.CountsAsync(i, cancellation)));
        return new(Stopwatch.GetTimestamp(), ProcessUsage.Own, [.. target.Nodes.Select(node => ProcessUsage.Of(node.Pid))], counts);
    }

    public Figure Since(Reading before, ITarget target, Case load, int leader, Latencies latencies, long failed)
    {
        var time = Stopwatch.GetElapsedTime(before.At, At);
        var nodes = target.Nodes.Select((node, i) => new NodeFigure(
            node.Name, i == leader, ProcessUsage.Percent(before.Nodes[i], Nodes[i], time), Nodes[i].Resident,
            Counts[i].Syncs - before.Counts[i].Syncs, Counts[i].DatabaseBytes, Counts[i].WalBytes, Counts[i].LogSlots)).ToArray();
        var rounds = Sum(counts => counts.Rounds);
        var generator = ProcessUsage.Percent(before.Generator, Generator, time);
        return new(
            target.Name, load.Workload.Name, load.Connections, load.ValueBytes, time.TotalSeconds, latencies.Count, failed, latencies.Count / time.TotalSeconds,
            latencies.Percentile(50), latencies.Percentile(99), latencies.Percentile(99.9), latencies.Max,
            rounds > 0 ? (double)Sum(counts => counts.Commands)!.Value / rounds.Value : null,
            generator, latencies.Count > 0 ? generator * 1e4 * time.TotalSeconds / latencies.Count : 0, nodes);

        long? Sum(Func<NodeCounts, long?> count) => Counts.Zip(before.Counts).Sum(pair => count(pair.First) - count(pair.Second));
    }
}
