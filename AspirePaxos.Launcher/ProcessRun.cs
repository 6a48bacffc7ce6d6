using System.Diagnostics;

namespace AspirePaxos.Launcher;

/// <summary>One process from its start to its end.</summary>
internal sealed class ProcessRun
{
    /// <summary>A grandchild may hold the output open after its parent has gone.</summary>
    private static readonly TimeSpan OutputTimeout = TimeSpan.FromSeconds(1);

    private readonly Process process;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly TaskCompletionSource noted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProcessRun(Process process, Action<string> receive)
    {
        this.process = process;
        Pid = process.Id;
        Ended = AwaitEndAsync(Task.WhenAll(ReadAsync(process.StandardOutput, receive), ReadAsync(process.StandardError, receive)));
    }

    public int Pid { get; }

    public bool WasReady { get; set; }

    /// <summary>Somebody wants it to end.</summary>
    public bool Expected { get; set; }

    /// <summary>Completes when its end has been taken notice of: <see cref="Note"/>.</summary>
    public Task Noted => noted.Task;

    public TimeSpan Uptime => clock.Elapsed;

    /// <summary>Completes when the process is gone and its output is read.</summary>
    public Task Ended { get; }

    /// <summary>It ended as Ctrl+C makes it end.</summary>
    public bool Interrupted => process.ExitCode is 0 or 130 or 143;

    /// <summary>How it ended, for people.</summary>
    public string Ending => process.ExitCode switch
    {
        > 128 and < 160 and var code => $"exit code {code}, by signal {code - 128}{(code == 137 ? " (kill -9, or no memory)" : "")}, after {Uptime.TotalSeconds:0.0} s",
        var code => $"exit code {code}, after {Uptime.TotalSeconds:0.0} s",
    };

    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public static ProcessRun Start(ProcessPlan plan, Action<string> receive)
    {
        var start = new ProcessStartInfo(plan.FileName, plan.Arguments)
        {
            WorkingDirectory = plan.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Held open as long as the launcher lives: its end tells the child that the launcher has gone.
            RedirectStandardInput = true,
        };
        foreach (var name in ProcessPlan.NotInherited) start.Environment.Remove(name);
        foreach (var (name, value) in plan.Environment) start.Environment[name] = value;
        return new(Process.Start(start)!, receive);
    }

    public void Note() => noted.TrySetResult();

    public void Kill()
    {
        if (!process.HasExited) process.Kill();
    }

    public void Suspend() => Signals.Suspend(process);

    public void Resume() => Signals.Resume(process);

    /// <returns>False where it had to be killed.</returns>
    public async Task<bool> EndAsync(TimeSpan patience, CancellationToken impatient)
    {
        Signals.AskToEnd(process);
        try
        {
            await Ended.WaitAsync(patience, impatient);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            await Ended;
            return false;
        }
    }

    private async Task AwaitEndAsync(Task outputRead)
    {
        await process.WaitForExitAsync();
        clock.Stop();
        await Task.WhenAny(outputRead, Task.Delay(OutputTimeout));
        process.StandardInput.Close();
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> receive)
    {
        await Task.Yield();
        while (await reader.ReadLineAsync() is { } line) receive(line);
    }
}
