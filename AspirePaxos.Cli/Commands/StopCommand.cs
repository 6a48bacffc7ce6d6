using System.CommandLine;
using System.Diagnostics;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;
using AspirePaxos.Launcher;

namespace AspirePaxos.Cli.Commands;

internal sealed class StopCommand(CommandContext context)
    : PaxosCommand("stop", "Ends the cluster that an AppHost runs on this machine, as Ctrl+C in its terminal would. The data stays.", context)
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        if (client.Found.Launcher is not { } launcher)
        {
            throw new CommandFailedException(
                ExitCode.Unavailable, "No AppHost is known that runs this cluster.",
                "Name its data folder: --data DIR. Containers end with: make stop, or docker compose down. Aspire's own host ends with Ctrl+C in its terminal.");
        }

        if (OperatingSystem.IsWindows()) throw new CommandFailedException(ExitCode.Unavailable, $"Process {launcher.LauncherPid} cannot be asked to end from outside on Windows.", "Press Ctrl+C in its terminal.");
        using var process = Process.GetProcessById(launcher.LauncherPid);
        Signals.AskToEnd(process);
        var ending = process.WaitForExitAsync(stop).WaitAsync(patience, stop);
        try
        {
            await ending;
        }
        catch (TimeoutException)
        {
            throw new CommandFailedException(ExitCode.Unavailable, $"The AppHost (process {launcher.LauncherPid}) did not end within {patience.TotalSeconds:0} s.", $"To force it: kill -9 {launcher.LauncherPid}");
        }

        if (Json(line)) Screen.Json(new { stopped = launcher.LauncherPid, dataDirectory = launcher.DataDirectory });
        else Screen.Good($"The cluster is stopped; its data stays in {launcher.DataDirectory}.");
        return ExitCode.Done;
    }
}
