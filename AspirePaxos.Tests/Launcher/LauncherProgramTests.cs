using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

/// <summary>The AppHost without Aspire, as a program: exit codes, messages, and that nothing outlives it.</summary>
public sealed class LauncherProgramTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0, "--port-base N", "--help")]
    [InlineData(2, "Unknown option '--bogus'", "--bogus")]
    [InlineData(1, "nowhere.json cannot be read", "--manifest", "nowhere.json")]
    public async Task The_exit_code_and_the_message_say_what_was_wrong(int exitCode, string said, params string[] arguments)
    {
        await using var host = new AppHostProcess(arguments);

        Assert.Equal(exitCode, await host.ExitCodeAsync());
        await Eventually.HoldsAsync(() => host.Printed.Contains(said, StringComparison.Ordinal), said);
        Assert.StartsWith("Host: the launcher", host.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_serves_prints_what_to_try_and_leaves_nothing_behind()
    {
        await using var host = new AppHostProcess("--data", folder.In("data"), "--port-base", "0");
        await ReadyAsync(host);
        var cluster = Running(withConsole: true);
        var console = cluster.Resources.Single(resource => resource.Name == "web");

        // Below the line that says which host runs.
        Assert.Equal($"Console  {console.Url}", host.Printed.Split('\n')[1]);
        await Eventually.HoldsAsync(() => host.Printed.Contains(cluster.Resources[0].Url + "/v1/kv/", StringComparison.Ordinal), "what to try, below the replicas");
        Assert.DoesNotContain("\e[", host.Printed, StringComparison.Ordinal);

        await using (var second = new AppHostProcess("--data", folder.In("data"), "--port-base", "0"))
        {
            Assert.Equal(1, await second.ExitCodeAsync());
            await Eventually.HoldsAsync(() => second.Printed.Contains($"Another launcher (process {host.Id})", StringComparison.Ordinal), "who runs there");
        }

        host.AskToEnd();
        Assert.Equal(0, await host.ExitCodeAsync());
        Assert.DoesNotContain(cluster.Resources, resource => Signals.IsAlive(resource.Pid));
    }

    [Fact]
    public async Task The_replicas_and_the_console_do_not_outlive_a_launcher_that_was_killed()
    {
        await using var host = new AppHostProcess("--data", folder.In("data"), "--port-base", "0");
        await ReadyAsync(host);
        var cluster = Running(withConsole: true);

        host.Kill();

        await Eventually.HoldsAsync(() => !cluster.Resources.Any(resource => Signals.IsAlive(resource.Pid)), "all replicas and the console end");
    }

    [Fact]
    public async Task The_console_is_left_out_on_request()
    {
        await using var host = new AppHostProcess("--data", folder.In("data"), "--port-base", "0", "--no-console");
        await ReadyAsync(host);

        Assert.DoesNotContain(Running(withConsole: false).Resources, resource => resource.Name == "web");
        Assert.DoesNotContain("Console", host.Printed, StringComparison.Ordinal);
    }

    private static Task ReadyAsync(AppHostProcess host) =>
        Eventually.HoldsAsync(() => host.Printed.Contains("All are ready", StringComparison.Ordinal), $"the cluster is ready; it printed:\n{host.Printed}");

    private ClusterFile Running(bool withConsole)
    {
        var cluster = ClusterFile.TryRead(folder.In("data", "cluster.json"));
        Assert.NotNull(cluster);
        Assert.Equal(withConsole ? 4 : 3, cluster.Resources.Count(resource => Signals.IsAlive(resource.Pid)));
        return cluster;
    }
}
