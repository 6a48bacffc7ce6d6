using System.Globalization;

namespace AspirePaxos.Benchmarks.Reports;

/// <summary>Figures for people.</summary>
internal static class Table
{
    public static string Header =>
        "target workload    conn  value     rate/s   p50 ms   p99 ms   max ms  cmd/round  syncs/s | CPU % of each node, generator (µs/answer) | RSS MB of each node";

    /// <param name="others">With those of the other target a ratio follows.</param>
    public static string Row(Figure figure, IReadOnlyList<Figure> others)
    {
        var row = string.Create(
            CultureInfo.InvariantCulture,
            $"{figure.Target,-6} {figure.Workload,-10} {figure.Connections,5} {figure.ValueBytes,6} {figure.Rate,10:0} {figure.P50,8:0.00} {figure.P99,8:0.00} {figure.Max,8:0.0} {figure.CommandsPerRound,10:0.0} {figure.Syncs / figure.Seconds,8:0}");
        var nodes = string.Join(' ', figure.Nodes.Select(node => string.Create(CultureInfo.InvariantCulture, $"{node.Cpu,3:0}{(node.Leads ? "*" : " ")}")));
        var resident = string.Join(' ', figure.Nodes.Select(node => string.Create(CultureInfo.InvariantCulture, $"{node.Resident / 1e6,4:0}")));
        var generator = string.Create(CultureInfo.InvariantCulture, $"{figure.GeneratorCpu,3:0} ({figure.GeneratorMicroseconds:0.0})");
        var paired = figure.Target == "etcd" ? others.LastOrDefault(other => other.Target != "etcd" && other.IsSameCase(figure)) : null;
        var ratio = paired is null ? null : Ratio.Of(paired, [figure]);
        return $"{row} | {nodes} {generator} | {resident}{(ratio is null ? "" : $"\n{Line(ratio)}")}";
    }

    public static string SoakRow(SoakFigure soak)
    {
        var figure = soak.Figure;
        var nodes = figure.Nodes.Select(node => string.Create(
            CultureInfo.InvariantCulture,
            $"{node.Cpu,4:0} {node.Resident / 1e6,6:0.0} {node.DatabaseBytes / 1e6,6:0.0} {node.WalBytes / 1e6,6:0.0} {node.LogSlots,6}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{soak.At,6:0} {figure.Rate,9:0} {figure.P50,8:0.00} {figure.P99,8:0.00} {figure.Max,8:0.0} {figure.Failed,7} | {string.Join(" | ", nodes)}");
    }

    /// <summary>The whole, with medians where everything was measured more than once.</summary>
    public static IEnumerable<string> Summary(Report report, int repeat)
    {
        if (repeat < 2 || report.Medians.Count == 0) yield break;
        yield return $"\nMedians of {repeat}:\n{Header}";
        foreach (var figure in report.Medians.OrderBy(figure => (figure.Workload, figure.ValueBytes, figure.Connections, figure.Target == "etcd"))) yield return Row(figure, report.Medians);
    }

    private static string Line(Ratio ratio) => string.Create(
        CultureInfo.InvariantCulture,
        $"paxos / etcd {"",17} {ratio.Rate,9:0.00}× {ratio.P50,7:0.00}× {ratio.P99,7:0.00}× {ratio.Max,7:0.00}×");
}
