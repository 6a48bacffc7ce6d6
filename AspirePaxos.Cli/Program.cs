using System.Runtime.InteropServices;
using AspirePaxos.Cli;
using AspirePaxos.Cli.Output;

using var stopping = new CancellationTokenSource();
var stoppedBy = ExitCode.Done;

// The first signal ends the command in order, the second one at once.
void OnSignal(PosixSignalContext signal)
{
    if (stopping.IsCancellationRequested) return;
    signal.Cancel = true;
    stoppedBy = signal.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Terminated;
    stopping.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
try
{
    // Not disposed: what a broken pipe did not take would be written once more.
    var context = new CommandContext(Screen.OfConsole(), Environment.GetEnvironmentVariable, Directory.GetCurrentDirectory(), Console.OpenStandardInput(), !Console.IsInputRedirected);
    return await CommandTree.RunAsync(context, args, stopping.Token);
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    // The terminal has shown ^C; what comes next begins on a line of its own.
    if (!Console.IsErrorRedirected) Console.Error.WriteLine();
    return stoppedBy;
}
catch (IOException broken) when (broken.HResult == PipeReader.BrokenPipe)
{
    return ExitCode.BrokenPipe;
}
catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(failed.Message);
    return ExitCode.Unavailable;
}
