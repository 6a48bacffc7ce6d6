using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

/// <summary>Starting, dying, starting again and stopping, with shell scripts as the processes.</summary>
public sealed class SupervisionTests : IDisposable
{
    private const string Sleeps = "echo up; exec sleep 1000";
    private const string DoesNotStop = "trap '' TERM; echo up; while :; do read -t 0.1 || sleep 0.1; done";

    private readonly TemporaryFolder folder = new();
    private readonly PrintedLines printed = new();

    public void Dispose()
    {
        printed.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_process_that_is_killed_is_started_again()
    {
        await using var cluster = Start(Sleeps);
        var script = cluster["script"];
        await cluster.WaitUntilReadyAsync();
        var first = script.Pid;

        await script.KillAsync();

        await Eventually.HoldsAsync(() => script is { IsRunning: true, Starts: 2 }, "a second process");
        Assert.NotEqual(first, script.Pid);
        Assert.False(Signals.IsAlive(first));
        Assert.Contains("kill -9", printed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_was_killed_stays_dead_where_that_is_wanted()
    {
        await using var cluster = Start(Sleeps);
        var script = cluster["script"];
        script.RestartsByItself = false;
        await cluster.WaitUntilReadyAsync();

        await script.KillAsync();
        Assert.Equal((false, 0, 1), (script.IsRunning, script.Pid, script.Starts));

        script.Start();
        await Eventually.HoldsAsync(() => script is { IsRunning: true, Starts: 2 }, "the process that was asked for");
    }

    [Fact]
    public async Task A_process_that_was_stopped_starts_when_asked()
    {
        await using var cluster = Start(Sleeps);
        var script = cluster["script"];
        await cluster.WaitUntilReadyAsync();

        await script.StopAsync();
        Assert.False(script.IsRunning);

        script.Start();
        await Eventually.HoldsAsync(() => script is { IsRunning: true, Starts: 2 }, "the process that was asked for");
    }

    [Fact]
    public async Task A_process_that_never_works_is_tried_more_and_more_slowly_with_advice()
    {
        await using var cluster = Start("read -t 0.1 || true; echo no disk >&2; exit 3", http: true);

        await Eventually.HoldsAsync(() => printed.Contain("without ever being ready"), "advice");

        Assert.Contains("exit code 3", printed.Text, StringComparison.Ordinal);
        // As it came, and not again in a word of the launcher.
        Assert.All(printed.Text.Split('\n').Where(line => line.Contains("no disk", StringComparison.Ordinal)), line => Assert.StartsWith("script | ", line, StringComparison.Ordinal));
        Assert.Contains("what it wrote is above, after 'script |'", printed.Text, StringComparison.Ordinal);
        Assert.Contains("started again in 0.5 s", printed.Text, StringComparison.Ordinal);
        Assert.Contains("--fresh", printed.Text, StringComparison.Ordinal);
        Assert.Contains("no disk", File.ReadAllText(cluster["script"].LogFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_ends_without_a_word_is_said_to_have_written_nothing()
    {
        await using var cluster = Start("exit 3");

        await Eventually.HoldsAsync(() => printed.Contain("exit code 3"), "its end");

        Assert.Contains("it wrote nothing", printed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_named()
    {
        await using var cluster = Start(folder.Write("aspire-manifest.json", """{"resources":{"script":{"type":"executable.v0","command":"no-such-program"}}}"""), isManifest: true);

        await Eventually.HoldsAsync(() => printed.Contain("no-such-program"), "a message");

        Assert.Contains("cannot be started", printed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_does_not_stop_is_killed()
    {
        await using var cluster = Start(DoesNotStop, stopTimeout: TimeSpan.FromSeconds(0.3));
        var script = cluster["script"];
        await Eventually.HoldsAsync(() => script.Lines.Contains("up"), "the trap is set");
        var pid = script.Pid;

        await cluster.StopAsync();

        Assert.False(Signals.IsAlive(pid));
        Assert.Contains("did not stop within 0.3 s and was killed", printed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_is_killed_on_request_is_not_said_to_be_late()
    {
        await using var cluster = Start(DoesNotStop);
        var script = cluster["script"];
        await Eventually.HoldsAsync(() => script.Lines.Contains("up"), "the trap is set");
        var pid = script.Pid;

        await cluster.StopAsync(new CancellationToken(canceled: true));

        Assert.False(Signals.IsAlive(pid));
        Assert.Contains("was killed before it had stopped by itself, as asked for", printed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("did not stop", printed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspended_process_goes_on_when_resumed_and_can_be_stopped()
    {
        await using var cluster = Start("trap 'echo asked; exit 0' TERM; echo up; while :; do echo tick; sleep 0.02; done");
        var script = cluster["script"];
        await Eventually.HoldsAsync(() => script.Lines.Contains("tick"), "it runs");

        script.Pause();
        await Eventually.HoldsAsync(() => State(script.Pid) == "T", "it stands still");
        script.Resume();
        await Eventually.HoldsAsync(() => State(script.Pid) != "T", "it goes on");
        script.Pause();
        await cluster.StopAsync();

        Assert.Contains("asked", script.Lines);
    }

    [Fact]
    public async Task The_input_of_a_child_is_held_open_and_it_is_told_to_watch_it()
    {
        await using var cluster = Start("echo $PAXOS_EXIT_WITH_PARENT; exec cat");
        await Eventually.HoldsAsync(() => cluster["script"].Lines.Contains("true"), "the setting");

        // cat ends at the end of its input only: it is held open as long as the launcher lives.
        // What it says may be heard before it is counted.
        await Eventually.HoldsAsync(() => cluster["script"].Starts == 1, "one start");
        Assert.True(cluster["script"].IsRunning);
    }

    [Fact]
    public async Task What_runs_is_written_down_for_others_and_gone_afterwards()
    {
        var path = folder.In("data", "cluster.json");
        await using (var cluster = Start(Sleeps))
        {
            await cluster.WaitUntilReadyAsync();
            await Eventually.HoldsAsync(() => ClusterFile.TryRead(path)?.Resources[0].Pid == cluster["script"].Pid, "cluster.json with the process");
            Assert.Equal(Environment.ProcessId, ClusterFile.TryRead(path)!.LauncherPid);
        }

        Assert.False(File.Exists(path));
    }

    private LaunchedCluster Start(string script, bool isManifest = false, bool http = false, TimeSpan? stopTimeout = null)
    {
        var manifest = isManifest ? script : folder.ManifestOf(script);
        if (http) File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"command\"", "\"bindings\":{\"http\":{\"scheme\":\"http\"}},\"command\"", StringComparison.Ordinal));
        return LaunchedCluster.Start(
            new() { ManifestPath = manifest, DataDirectory = folder.In("data"), PortBase = 0, StopTimeout = stopTimeout ?? TimeSpan.FromSeconds(10) },
            printed);
    }

    /// <summary>One letter, as the system has it.</summary>
    private static string State(int pid) => File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1][..1];
}
