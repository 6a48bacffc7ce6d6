using System.Diagnostics;
using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

/// <summary>The AppHost as a user starts it, as a process of its own.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly PrintedLines printed = new();

    public AppHostProcess(params IEnumerable<string> arguments)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var assembly = Path.Combine(output.Parent!.Parent!.FullName, "AspirePaxos.AppHost", output.Name, "AspirePaxos.AppHost.dll");
        process = Process.Start(new ProcessStartInfo(ProcessPlan.DotnetHost(), [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, line) => Print(line.Data);
        process.ErrorDataReceived += (_, line) => Print(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    public string Printed => printed.Text;

    /// <summary>The end of a stream comes as null, and the empty one's may come first.</summary>
    private void Print(string? line)
    {
        if (line is not null) printed.WriteLine(line);
    }

    public void AskToEnd() => Signals.AskToEnd(process);

    /// <summary>kill -9, of the launcher alone.</summary>
    public void Kill() => process.Kill();

    public async Task<int> ExitCodeAsync()
    {
        // Not the overload that also awaits the end of the output: children may hold it open a little longer.
        await Eventually.HoldsAsync(() => process.HasExited, $"the AppHost ends; it printed:\n{Printed}");
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) AskToEnd();
        await ExitCodeAsync();
        process.Dispose();
        await printed.DisposeAsync();
    }
}
