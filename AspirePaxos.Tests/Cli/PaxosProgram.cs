using System.Diagnostics;
using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Cli;

/// <summary>The program that was built with these tests, as a process.</summary>
internal static class PaxosProgram
{
    public static string Path { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar)));

    /// <param name="arguments">As a shell reads them; a pipe may follow.</param>
    /// <returns>The exit code, and what was written to standard output and error.</returns>
    public static async Task<(int Code, string Output)> RunAsync(string arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pipes and signals as in a Unix shell");
        var start = new ProcessStartInfo("bash", ["-c", $"'{ProcessPlan.DotnetHost()}' '{Path}' {arguments}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await error);
    }

    /// <summary>Sends the signal once it has written something.</summary>
    public static async Task<int> SignalledAsync(string signal, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(ProcessPlan.DotnetHost(), [Path, .. arguments]) { RedirectStandardOutput = true })!;
        Assert.NotNull(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        using var kill = Process.Start("kill", ["-s", signal, $"{process.Id}"]);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            process.Kill();
            Assert.Fail($"SIG{signal} did not end it. Where what runs the tests ignores a signal, as a shell's background jobs do SIGINT, so do its children.");
        }

        return process.ExitCode;
    }

    private static string Find(DirectoryInfo tests) => System.IO.Path.Combine(tests.Parent!.Parent!.FullName, "AspirePaxos.Cli", tests.Name, "paxos.dll");
}
