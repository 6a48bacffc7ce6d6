using System.Globalization;
using System.Text.RegularExpressions;
using AspirePaxos.Tests.Conventions;

namespace AspirePaxos.Tests.Telemetry;

/// <summary>The tables of docs/telemetry.md.</summary>
internal static partial class DocumentedRows
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "docs", "telemetry.md"));

    /// <summary>By name.</summary>
    public static IReadOnlyDictionary<string, (string Kind, string Unit, string Meaning)> Metrics { get; } = Lines
        .Select(line => MetricRow().Match(line))
        .Where(row => row.Success)
        .ToDictionary(row => row.Groups[1].Value, row => (row.Groups[2].Value, row.Groups[3].Value, row.Groups[4].Value));

    /// <summary>By id.</summary>
    public static IReadOnlyDictionary<long, (string Level, string Message)> Events { get; } = Lines
        .Select(line => EventRow().Match(line))
        .Where(row => row.Success)
        .ToDictionary(row => long.Parse(row.Groups[1].ValueSpan, CultureInfo.InvariantCulture), row => (row.Groups[2].Value, row.Groups[3].Value));

    [GeneratedRegex(@"^\| `(paxos\.[a-z_.]+)` \| (counter|gauge|histogram) \| `([^`]+)` \| (.+) \|$")]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"^\| (\d+) \| ([\w ]+) \| (.+) \|$")]
    private static partial Regex EventRow();
}
