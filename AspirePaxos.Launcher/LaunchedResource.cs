using System.Diagnostics;

namespace AspirePaxos.Launcher;

/// <summary>One resource as a supervised process: started again when it dies, until it is told to stop.</summary>
public sealed class LaunchedResource : IAsyncDisposable
{
    private readonly ProcessPlan plan;
    private readonly Output output;
    private readonly Action changed;
    private readonly TimeSpan stopTimeout;
    private readonly Backoff backoff = new();
    private readonly ResourceLog log;
    private readonly CancellationTokenSource ending = new();
    private readonly Lock turn = new();
    private readonly Task supervision;
    private TaskCompletionSource wake = new();
    private volatile ProcessRun? run;
    private bool held;
    private volatile bool ready;
    private volatile bool hasSpoken;

    internal LaunchedResource(ProcessPlan plan, string logPath, Output output, Action changed, TimeSpan stopTimeout)
    {
        this.plan = plan;
        this.output = output;
        this.changed = changed;
        this.stopTimeout = stopTimeout;
        log = new(logPath);
        supervision = Task.Run(SuperviseAsync);
    }

    public string Name => plan.Name;

    internal bool IsConsole => plan.IsConsole;

    /// <summary>Null where it serves no HTTP.</summary>
    public Uri? Url => plan.Url;

    /// <summary>Of the running process; 0 where none runs.</summary>
    public int Pid => run?.Pid ?? 0;

    public bool IsRunning => run is not null;

    /// <summary>Answered its readiness probe with success, the last time it was asked.</summary>
    public bool IsReady => ready;

    /// <summary>What it said when it was last asked whether it is ready.</summary>
    internal string LastAnswer { get; private set; } = "does not run";

    /// <summary>How often it was started.</summary>
    public int Starts { get; private set; }

    /// <summary>Off: a process that dies stays dead until <see cref="Start"/>.</summary>
    public bool RestartsByItself { get; set; } = true;

    /// <summary>The end of what it wrote, over all its starts.</summary>
    public IReadOnlyList<string> Lines => log.Last();

    public string LogFile => log.Path;

    /// <summary>kill -9; ends when the process is gone.</summary>
    public async Task KillAsync()
    {
        if (Expect(stays: !RestartsByItself) is not { } current) return;
        current.Kill();
        await current.Noted;
    }

    /// <summary>The process stands still with all its connections open.</summary>
    public void Pause() => run?.Suspend();

    public void Resume() => run?.Resume();

    /// <summary>Starts a process that was stopped, or that died while it was not to restart by itself.</summary>
    public void Start()
    {
        lock (turn)
        {
            held = false;
            wake.TrySetResult();
        }
    }

    /// <summary>Asks the process to end, kills it if it takes too long, and leaves it stopped.</summary>
    /// <param name="impatient">When cancelled the process is killed at once.</param>
    public async Task StopAsync(CancellationToken impatient = default)
    {
        if (Expect(stays: true) is not { } current) return;
        if (!await current.EndAsync(stopTimeout, impatient))
        {
            if (impatient.IsCancellationRequested) output.Event(Name, "was killed before it had stopped by itself, as asked for");
            else output.Event(Name, $"did not stop within {stopTimeout.TotalSeconds:0.#} s and was killed", bad: true);
        }

        await current.Noted;
    }

    ValueTask IAsyncDisposable.DisposeAsync() => new(EndAsync(CancellationToken.None));

    internal async Task EndAsync(CancellationToken impatient)
    {
        // Cancelled first: a process that ends now is not started again.
        await ending.CancelAsync();
        await StopAsync(impatient);
        await supervision;
        log.Dispose();
        ending.Dispose();
    }

    internal ClusterFile.Entry Describe() => new(Name, Url?.ToString().TrimEnd('/'), Pid, LogFile);

    internal void Probed(bool isReady, string answer)
    {
        LastAnswer = answer;
        if (isReady == ready || run is not { } current) return;
        ready = isReady;
        if (isReady) current.WasReady = true;
        output.Event(Name, isReady ? $"ready after {current.Uptime.TotalSeconds:0.0} s" : $"not ready: {answer}", bad: !isReady);
    }

    private async Task SuperviseAsync()
    {
        try
        {
            while (!ending.IsCancellationRequested)
            {
                var finished = await RunOnceAsync();
                if (ending.IsCancellationRequested) return;
                await BeforeNextStartAsync(finished);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // It waited to start the next one: there is none.
        }
    }

    /// <returns>Null where it could not even be started.</returns>
    private async Task<ProcessRun?> RunOnceAsync()
    {
        ProcessRun current;
        try
        {
            // Whoever ends the supervision sees either no process at all, or this one.
            lock (turn)
            {
                ending.Token.ThrowIfCancellationRequested();
                hasSpoken = false;
                run = current = ProcessRun.Start(plan, Receive);
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            output.Event(Name, $"cannot be started: {e.Message} ({plan.FileName})", bad: true);
            return null;
        }

        Starts++;
        output.Event(Name, $"started as process {current.Pid}{(Url is null ? "" : $", on {Url.ToString().TrimEnd('/')}")}");
        if (Url is null) Probed(true, "");
        changed();
        await current.Ended;
        lock (turn)
        {
            run = null;
            held |= !RestartsByItself && !current.Expected;
        }

        ready = false;
        changed();
        current.Note();
        return current;
    }

    private async Task BeforeNextStartAsync(ProcessRun? finished)
    {
        if (finished is { Expected: true }) output.Event(Name, "stopped");
        else if (finished is not null) Report(finished);

        if (IsHeld() || finished is { Expected: true })
        {
            await UntilStartAsync();
            return;
        }

        var delay = backoff.Next(finished?.Uptime ?? TimeSpan.Zero, finished?.WasReady ?? false);
        // Ctrl+C reaches the children as well, and perhaps first: then this process is about to end, too.
        if (finished is { Interrupted: true } && delay == TimeSpan.Zero) delay = TimeSpan.FromSeconds(0.1);
        if (backoff.FailedStarts == Backoff.NotWorking) output.Event(Name, Advice(), bad: true);
        if (delay.TotalSeconds >= 0.5) output.Event(Name, $"is started again in {delay.TotalSeconds:0.#} s");
        await Task.Delay(delay, ending.Token);
        if (IsHeld()) await UntilStartAsync();
    }

    private void Report(ProcessRun finished)
    {
        // Its output was read to the end and shown as it came: showing it again would only hide what is new.
        output.Event(Name, $"ended by itself: {finished.Ending}; {(hasSpoken ? $"what it wrote is above, after '{Name} |'" : "it wrote nothing")}", bad: true);
    }

    private async Task UntilStartAsync()
    {
        while (true)
        {
            Task started;
            lock (turn)
            {
                if (!held) break;
                if (wake.Task.IsCompleted) wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
                started = wake.Task;
            }

            await started.WaitAsync(ending.Token);
        }

        backoff.Reset();
    }

    private bool IsHeld()
    {
        lock (turn) return held;
    }

    /// <summary>The process is about to end because somebody wants it to.</summary>
    /// <param name="stays">No other is started until <see cref="Start"/>.</param>
    private ProcessRun? Expect(bool stays)
    {
        lock (turn)
        {
            held |= stays;
            if (run is { } current && stays) current.Expected = true;
            return run;
        }
    }

    private string Advice() =>
        $"ended {Backoff.NotWorking} times without ever being ready, so something about it must be changed. What it wrote is above, all of it in {log.Path}. "
        + (IsConsole
            ? "The cluster does without it. "
            : "A message about a setting names the setting; one about its data folder says what it found there: give it another cluster's folder with --data DIR, "
                + "or delete all data of this cluster with --fresh. ")
        + "It is tried again until you stop this with Ctrl+C.";

    private void Receive(string line)
    {
        hasSpoken = true;
        log.Add(line);
        output.Line(Name, line);
    }
}
