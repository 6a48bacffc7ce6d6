using AspirePaxos.Benchmarks.Load;
using AspirePaxos.Benchmarks.Measures;
using AspirePaxos.Benchmarks.Reports;
using AspirePaxos.Benchmarks.Targets;

namespace AspirePaxos.Benchmarks;

/// <summary>One run of the program: targets up, measures, report, targets down.</summary>
internal sealed class BenchmarkRun(BenchmarkOptions options, IReadOnlyList<string> arguments, Progress progress)
{
    /// <exception cref="Launcher.LaunchRefusedException">Something it needs is not there.</exception>
    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        if (options.ComparesEtcd) _ = EtcdTarget.FindProgram();
        if (options.Client == "raw") await SocketEngine.RunInlineAsync();
        var parent = Path.Combine(options.DataDirectory ?? AppContext.BaseDirectory, $"benchmark-{Environment.ProcessId}");
        Directory.CreateDirectory(parent);
        var targets = new List<ITarget>();
        try
        {
            progress.Line($"{Environment.ProcessorCount} processors, {Machine.This.Runtime}, {Machine.This.System}; data in {parent} ({FileSystem(parent)})");
            targets.Add(PaxosTarget.Start(parent));
            if (options.ComparesEtcd) targets.Add(EtcdTarget.Start(parent));
            foreach (var target in targets) await ReadyAsync(target, cancellation);
            var report = await MeasureAsync(targets, cancellation);
            foreach (var line in Table.Summary(report, options.Repeat)) progress.Line(line);
            if (options.JsonFile is { } file) await File.WriteAllTextAsync(file, report.ToJson(), CancellationToken.None);
        }
        finally
        {
            foreach (var target in targets) await target.DisposeAsync();
            Directory.Delete(parent, recursive: true);
        }
    }

    private static string FileSystem(string path)
    {
        // The longest mount point above it.
        var drive = DriveInfo.GetDrives().Where(drive => path.StartsWith(drive.Name, StringComparison.Ordinal)).MaxBy(drive => drive.Name.Length);
        return drive is { IsReady: true } ? drive.DriveFormat : "unknown file system";
    }

    private static async Task ReadyAsync(ITarget target, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            await target.WaitUntilReadyAsync(limited.Token);
            await Leadership.FindAsync(target, limited.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new Launcher.LaunchRefusedException($"{target.Name} is not ready after a minute. It wrote:\n{string.Join('\n', target.Nodes.SelectMany(node => node.Lines.TakeLast(20)))}");
        }
    }

    private async Task<Report> MeasureAsync(List<ITarget> targets, CancellationToken cancellation)
    {
        if (options.Failovers > 0) return Report.Of(arguments, []) with { Failovers = await new FailoverMeasure(options, progress).RunAsync(targets, cancellation) };
        if (options.Restart) return Report.Of(arguments, []) with { Restarts = await new RestartMeasure(options, progress).RunAsync(targets, cancellation) };
        if (options.SoakMinutes == 0) return Report.Of(arguments, await new LoadMeasure(options, progress).RunAsync(targets, cancellation));
        var soak = new List<SoakFigure>();
        foreach (var target in targets) soak.AddRange(await new SoakMeasure(options, progress).RunAsync(target, cancellation));
        return Report.Of(arguments, []) with { Soak = soak };
    }
}
