using System.Diagnostics;

namespace AspirePaxos.Simulation;

/// <summary>Seed after seed from the command line, with a line of progress now and then.</summary>
internal static class LongRun
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(1);

    /// <returns>The exit code.</returns>
    public static int Execute(CommandLine line)
    {
        var clock = Stopwatch.StartNew();
        var time = line.Minutes is { } minutes ? TimeSpan.FromMinutes(minutes) : TimeSpan.MaxValue;
        using var interrupted = new CancellationTokenSource();
        ConsoleCancelEventHandler interrupt = (_, pressed) =>
        {
            pressed.Cancel = true;
            interrupted.Cancel();
        };
        Console.CancelKeyPress += interrupt;
        var batch = new SeedBatch(line.First, line.Seeds ?? long.MaxValue, Console.Error.WriteLine) { Threads = line.Threads, Shrinks = line.Shrinks };
        using var progress = new Timer(_ => Console.WriteLine(batch.Progress(clock.Elapsed)), null, Often, time > Seldom * 5 ? Seldom : Often);
        batch.Execute(() => clock.Elapsed >= time || interrupted.IsCancellationRequested);
        progress.Change(Timeout.Infinite, Timeout.Infinite);
        Console.CancelKeyPress -= interrupt;
        Console.WriteLine(batch.Progress(clock.Elapsed));
        Console.WriteLine(batch.Coverage);
        Console.WriteLine(batch.NextSeed is { } next ? $"Seeds {line.First.Seed}–{next - 1}; go on with --from {next}." : "No seed was run.");
        return batch.Failures.Count == 0 ? 0 : 1;
    }
}
