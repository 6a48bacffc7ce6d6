using System.Diagnostics;
using AspirePaxos.Launcher;
using AspirePaxos.Tests.Deployment;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>One pod of the StatefulSet as a process of this machine: the image's entry point, and no other environment than the pod's.</summary>
internal sealed class PodProcess : IAsyncDisposable
{
    private static readonly DirectoryInfo Output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
    private static readonly string Application = Path.Combine(Output.Parent!.Parent!.FullName, "AspirePaxos.Node", Output.Name);

    private readonly Process process;
    private readonly PrintedLines printed = new();

    public PodProcess(IReadOnlyDictionary<string, string> environment)
    {
        process = Start(ImageFile.EntryPoint, environment);
        process.OutputDataReceived += (_, line) => printed.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => printed.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Printed => printed.Text;

    /// <summary>The image's health check.</summary>
    /// <param name="port">Instead of the container's.</param>
    public static async Task<bool> IsHealthyAsync(int port)
    {
        using var check = Start([.. ImageFile.HealthCheck.Select(part => part.Replace("8080", $"{port}", StringComparison.Ordinal))], new Dictionary<string, string>());
        await check.WaitForExitAsync();
        return check.ExitCode == 0;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        await printed.DisposeAsync();
    }

    private static Process Start(string[] command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = Application, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();

        // What the image brings.
        start.Environment["PATH"] = $"{Path.GetDirectoryName(ProcessPlan.DotnetHost())}:/usr/local/bin:/usr/bin:/bin";
        start.Environment["SERVICE"] = "AspirePaxos.Node.dll";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
