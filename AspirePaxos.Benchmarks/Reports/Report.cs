using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AspirePaxos.Benchmarks.Reports;

/// <summary>Everything that was measured in one run, as it goes to a file.</summary>
internal sealed record Report(
    DateTimeOffset At, IReadOnlyList<string> Arguments, Machine Machine, IReadOnlyList<Figure> Figures, IReadOnlyList<Figure> Medians,
    IReadOnlyList<Ratio> Ratios, IReadOnlyList<FailoverFigure> Failovers, IReadOnlyList<RestartFigure> Restarts, IReadOnlyList<SoakFigure> Soak)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static Report Of(IReadOnlyList<string> arguments, IReadOnlyList<Figure> figures)
    {
        var medians = figures.GroupBy(figure => (figure.Target, figure.Workload, figure.Connections, figure.ValueBytes)).Select(group => Figure.Median([.. group])).ToArray();
        return new(DateTimeOffset.UtcNow, arguments, Machine.This, figures, medians, Ratio.All(medians), [], [], []);
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static Report? OfJson(string json) => JsonSerializer.Deserialize<Report>(json, Json);
}

internal sealed record Machine(int Processors, string System, string Runtime, long MemoryBytes)
{
    public static Machine This => new(
        Environment.ProcessorCount, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
}

/// <summary>Ours by theirs: rates above 1 and latencies below 1 are in our favour.</summary>
internal sealed record Ratio(string Workload, int Connections, int ValueBytes, double Rate, double P50, double P99, double Max)
{
    public static IReadOnlyList<Ratio> All(IReadOnlyList<Figure> medians) =>
        [.. medians.Where(figure => figure.Target != "etcd").Select(ours => Of(ours, medians)).OfType<Ratio>()];

    /// <returns>Null where the other target was not measured in that case.</returns>
    public static Ratio? Of(Figure ours, IReadOnlyList<Figure> figures)
    {
        var theirs = figures.LastOrDefault(figure => figure.Target == "etcd" && figure.IsSameCase(ours));
        if (theirs is not { Answers: > 0 } || ours.Answers == 0) return null;
        return new(ours.Workload, ours.Connections, ours.ValueBytes, ours.Rate / theirs.Rate, ours.P50 / theirs.P50, ours.P99 / theirs.P99, ours.Max / theirs.Max);
    }
}
