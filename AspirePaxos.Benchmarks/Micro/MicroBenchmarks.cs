using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace AspirePaxos.Benchmarks.Micro;

/// <summary>The hot pieces, one at a time: <c>micro [filter]</c>.</summary>
internal static class MicroBenchmarks
{
    private static readonly Type[] All =
        [typeof(AcceptJsonBenchmark), typeof(CommandBenchmark), typeof(ApplyBenchmark), typeof(DatabaseBenchmark), typeof(ReplicaBenchmark), typeof(RoundRecorderBenchmark)];

    /// <param name="filters">Patterns as <c>*Accept*</c>, or options of BenchmarkDotNet.</param>
    public static int Run(IReadOnlyList<string> filters)
    {
        // In this process: a project made for each run would not find this repository's central versions.
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .AddExporter(JsonExporter.Brief)
            .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "micro"));
        string[] arguments = filters.Count == 0 ? ["--filter", "*"] : filters.Any(filter => filter.StartsWith('-')) ? [.. filters] : ["--filter", .. filters.Select(Pattern)];
        var summaries = BenchmarkSwitcher.FromTypes(All).Run(arguments, config);
        return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
    }

    private static string Pattern(string filter) => filter.Contains('*', StringComparison.Ordinal) ? filter : $"*{filter}*";
}
