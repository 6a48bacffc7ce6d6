using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.Cli;

public sealed class StopCommandTests
{
    [Fact]
    public async Task It_ends_the_AppHost_in_order()
    {
        using var folder = new TemporaryFolder();
        await using var host = new AppHostProcess("--data", folder.In("data"), "--port-base", "0", "--no-console");
        await Eventually.HoldsAsync(() => host.Printed.Contains("All are ready", StringComparison.Ordinal), () => host.Printed);

        var (code, output) = await PaxosProgram.RunAsync($"stop --data '{folder.In("data")}'");

        Assert.True(code == 0, output);
        Assert.Equal(0, await host.ExitCodeAsync());
    }
}
