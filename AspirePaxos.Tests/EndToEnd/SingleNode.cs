using System.Diagnostics;
using System.Text.RegularExpressions;
using AspirePaxos.Launcher;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>One replica that is a cluster of its own, as a process, on a free port.</summary>
internal sealed partial class SingleNode : IAsyncDisposable
{
    private readonly Process process;
    private readonly PrintedLines printed = new();

    /// <param name="orphaned">Its launcher is gone as soon as it begins.</param>
    public SingleNode(string dataDirectory, bool orphaned = false)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var assembly = Path.Combine(output.Parent!.Parent!.FullName, "AspirePaxos.Node", output.Name, "AspirePaxos.Node.dll");
        var start = new ProcessStartInfo(ProcessPlan.DotnetHost(), [assembly])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Paxos__NodeId"] = "node0";
        start.Environment["Paxos__Replicas"] = "node0";
        start.Environment["Paxos__DataDirectory"] = dataDirectory;
        if (orphaned) start.Environment["PAXOS_EXIT_WITH_PARENT"] = "true";
        process = Process.Start(start)!;
        if (orphaned) process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => printed.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => printed.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Printed => printed.Text;

    public void AskToEnd() => Signals.AskToEnd(process);

    /// <summary>Where it serves, once it is ready.</summary>
    public async Task<Uri> ReadyAsync(HttpClient client)
    {
        Uri? address = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                if (Address().Match(Printed) is not { Success: true } found) return false;
                address = new Uri(found.Groups[1].Value);
                using var answer = await client.GetAsync(new Uri(address, "/health/ready"));
                return answer.IsSuccessStatusCode;
            },
            $"the node is ready; it printed:\n{Printed}");
        return address!;
    }

    public async Task<int> ExitCodeAsync()
    {
        await Eventually.HoldsAsync(() => process.HasExited, $"the node ends; it printed:\n{Printed}");
        // Its last words.
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        await printed.DisposeAsync();
    }

    [GeneratedRegex(@"listens on (http://[^,\s]+)")]
    private static partial Regex Address();
}
