using System.Runtime.InteropServices;

namespace AspirePaxos.Launcher;

/// <summary>The launcher as a program: runs until Ctrl+C or SIGTERM.</summary>
public static class LauncherProgram
{
    private const int Refused = 1;
    private const int WrongUsage = 2;
    private static readonly TimeSpan WordOnSlowStart = TimeSpan.FromSeconds(30);

    /// <returns>The exit code: 0, 1 where it could not run, 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        try
        {
            var options = LaunchOptions.Parse(args);
            if (options.Help)
            {
                Console.WriteLine(LaunchOptions.Usage);
                return 0;
            }

            await RunAsync(options);
            return 0;
        }
        catch (LaunchRefusedException e)
        {
            await Console.Error.WriteLineAsync(e.WrongUsage ? $"{e.Message}\n\n{LaunchOptions.Usage}" : e.Message);
            return e.WrongUsage ? WrongUsage : Refused;
        }
    }

    private static async Task RunAsync(LaunchOptions options)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var impatient = new CancellationTokenSource();
        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            // The second one means: now.
            if (!stop.TrySetResult()) impatient.Cancel();
        }

        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];
        var registrations = signals.Select(signal => PosixSignalRegistration.Create(signal, OnSignal)).ToArray();
        try
        {
            var output = Output.OfConsole();
            await using var cluster = LaunchedCluster.Start(options, output);
            await Task.WhenAny(Task.WhenAll(AnnounceReadyAsync(cluster, output, stop.Task), AnnounceConsoleAsync(cluster, output, stop.Task)), stop.Task);
            await stop.Task;
            output.Write("Stopping; Ctrl+C again kills.");
            await cluster.StopAsync(impatient.Token);
            output.Write("Stopped.");
        }
        finally
        {
            foreach (var registration in registrations) registration.Dispose();
        }
    }

    private static async Task AnnounceReadyAsync(LaunchedCluster cluster, Output output, Task stop)
    {
        var ready = cluster.WaitUntilReadyAsync();
        if (await Task.WhenAny(ready, stop, Task.Delay(WordOnSlowStart)) is var first && first != ready && first != stop)
        {
            output.Write($"Not ready after {WordOnSlowStart.TotalSeconds:0} s; a replica is ready when a majority runs and it has caught up. Waiting for:");
            foreach (var late in cluster.Resources.Where(resource => !resource.IsReady && !resource.IsConsole)) output.Event(late.Name, $"{late.LastAnswer}; its output: {late.LogFile}", bad: true);
        }

        await Task.WhenAny(ready, stop);
        if (!stop.IsCompleted) output.Write(Summary(cluster));
    }

    /// <summary>The cluster does not wait for its console. That it answers is said when it does; that it does not, here, once.</summary>
    private static async Task AnnounceConsoleAsync(LaunchedCluster cluster, Output output, Task stop)
    {
        if (cluster.Console is not { } console) return;
        await Task.WhenAny(Task.Delay(WordOnSlowStart), stop);
        if (!console.IsReady && !stop.IsCompleted) output.Event(console.Name, $"{console.LastAnswer}; its output: {console.LogFile}. The cluster does without it.", bad: true);
    }

    private static string Summary(LaunchedCluster cluster)
    {
        var awaited = cluster.Resources.Where(resource => !resource.IsConsole).ToList();
        var width = awaited.Max(resource => resource.Name.Length);
        var lines = new List<string> { "" };
        if (cluster.Console is { } console) lines.AddRange([$"Console  {Address(console),-24} {(console.IsReady ? $"process {console.Pid}" : "does not answer yet")}", ""]);
        lines.Add("All are ready:");
        lines.AddRange(awaited.Select(resource => $"  {resource.Name.PadRight(width)}  {Address(resource),-24} process {resource.Pid}"));
        if (cluster.Replicas.Select(name => cluster[name]).Where(replica => replica.Url is not null).Select(Address).ToArray() is [var first, var second, .., var last])
        {
            lines.AddRange([
                "", "Try:",
                $"  curl -X PUT {first}/v1/kv/hello -d world",
                $"  curl {second}/v1/kv/hello",
                $"  curl -X POST {last}/store/set -d '{{\"key\":\"a\",\"value\":\"1\"}}'",
                $"  curl {first}/store/get/a",
                $"  curl {second}/v1/cluster",
                $"  {first} in a browser",
            ]);
        }

        lines.AddRange(["", $"Data and logs: {cluster.DataDirectory}. Ctrl+C stops all; the data stays.", ""]);
        return string.Join(Environment.NewLine, lines);
    }

    private static string Address(LaunchedResource resource) => resource.Url?.ToString().TrimEnd('/') ?? "-";
}
