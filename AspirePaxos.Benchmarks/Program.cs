using System.Runtime.InteropServices;
using AspirePaxos.Benchmarks;
using AspirePaxos.Benchmarks.Micro;
using AspirePaxos.Benchmarks.Reports;
using AspirePaxos.Launcher;

if (args is ["micro", .. var filters]) return MicroBenchmarks.Run(filters);

BenchmarkOptions options;
try
{
    options = BenchmarkOptions.Parse(args);
}
catch (FormatException wrong)
{
    Console.Error.WriteLine($"{wrong.Message} See --help.");
    return 2;
}

if (options.WantsHelp)
{
    Console.WriteLine(BenchmarkOptions.WholeHelp);
    return 0;
}

using var interrupted = new CancellationTokenSource();
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    // Not on the thread of the signal: what is cancelled must not hold up the next one.
    _ = interrupted.CancelAsync();
}

using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
try
{
    await new BenchmarkRun(options, args, Progress.OfConsole()).ExecuteAsync(interrupted.Token);
    return 0;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted; everything that was started has ended.");
    return 130;
}
catch (Exception e) when (e is LaunchRefusedException or TimeoutException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
