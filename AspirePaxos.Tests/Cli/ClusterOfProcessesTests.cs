using AspirePaxos.Tests.EndToEnd;

namespace AspirePaxos.Tests.Cli;

/// <summary>The program on a cluster of processes.</summary>
public sealed class ClusterOfProcessesTests
{
    [Fact]
    public async Task A_crash_under_load_loses_nothing()
    {
        await using var cluster = await LocalCluster.StartAsync();
        var victim = cluster.Names[1];
        var crashing = PaxosProgram.RunAsync($"crash {victim} --pause 0 --data '{cluster.DataDirectory}'");
        await Eventually.HoldsAsync(() => !cluster.IsRunning(victim) || crashing.IsCompleted, $"{victim} crashes");
        await cluster.StartAsync(victim);
        var run = await crashing;

        Assert.True(run.Code == 0, run.Output);
        Assert.Contains($"{victim} crashed and is back", run.Output, StringComparison.Ordinal);
        Assert.Contains("acknowledged writes are readable", run.Output, StringComparison.Ordinal);
        Assert.Contains("The logs of 3 nodes are equal", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_goes_or_a_signal_ends_what_would_go_on_for_ever()
    {
        await using var cluster = await LocalCluster.StartAsync();
        var at = $"--data '{cluster.DataDirectory}'";
        Assert.Equal((0, "k is at revision 1.\n"), await PaxosProgram.RunAsync($"put k v {at}"));

        Assert.Equal((141, "NODE"), await FirstWordAsync($"status --watch {at} | head -n 1"));
        Assert.Equal((141, "1"), await FirstWordAsync($"log --follow --from 1 {at} | head -n 1"));
        Assert.Equal(130, await PaxosProgram.SignalledAsync("INT", "log", "--follow", "--from", "1", "--data", cluster.DataDirectory));
        Assert.Equal(143, await PaxosProgram.SignalledAsync("TERM", "log", "--follow", "--from", "1", "--data", cluster.DataDirectory));
    }

    /// <summary>Of a pipe: what its first command ended with, and the first word that came out of it.</summary>
    private static async Task<(int Code, string Word)> FirstWordAsync(string arguments)
    {
        var (code, output) = await PaxosProgram.RunAsync($"{arguments}; exit ${{PIPESTATUS[0]}}");
        return (code, output.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault(""));
    }
}
