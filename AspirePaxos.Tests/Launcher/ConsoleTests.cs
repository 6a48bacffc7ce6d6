using System.Net;
using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

/// <summary>The console beside the replicas that the launcher runs: they do without it, and it comes back as they do.</summary>
public sealed class ConsoleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly PrintedLines printed = new();
    private readonly HttpClient http = new();

    public void Dispose()
    {
        http.Dispose();
        printed.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_console_that_dies_is_started_again_and_the_replicas_go_on()
    {
        await using var cluster = LaunchedCluster.Start(new() { DataDirectory = folder.In("data"), PortBase = 0 }, printed);
        var (console, replicas) = (cluster.Console!, cluster.Replicas.Select(name => cluster[name]).ToList());
        await Eventually.HoldsAsync(() => cluster.Resources.All(resource => resource.IsReady), () => printed.Text);
        int[] pids = [.. replicas.Select(replica => replica.Pid)];

        await console.KillAsync();

        await Eventually.HoldsAsync(() => console is { IsReady: true, Starts: 2 }, () => printed.Text);
        using var healthy = await http.GetAsync(new Uri(console.Url!, "/health"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, healthy.StatusCode);
        Assert.Equal(pids, replicas.Select(replica => replica.Pid));
        using var page = await http.GetAsync(new Uri(replicas[0].Url!, "/"), TestContext.Current.CancellationToken);
        Assert.Contains(console.Url!.GetLeftPart(UriPartial.Authority), await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_waits_for_a_console_that_does_not_answer_and_why_is_said()
    {
        var manifest = folder.Write("aspire-manifest.json", """
            {"resources":{
              "replica":{"type":"executable.v0","command":"sleep","args":["1000"],"env":{"Paxos__Replicas":"replica"}},
              "web":{"type":"executable.v0","command":"false","bindings":{"http":{"scheme":"http","protocol":"tcp","transport":"http"}}}}}
            """);
        await using var cluster = LaunchedCluster.Start(new() { ManifestPath = manifest, DataDirectory = folder.In("data"), PortBase = 0 }, printed);

        await cluster.WaitUntilReadyAsync(TestContext.Current.CancellationToken);

        Assert.False(cluster.Console!.IsReady);
        Assert.StartsWith("Console  http://127.0.0.1:", printed.Text, StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => printed.Contain("The cluster does without it."), "advice");
        Assert.DoesNotContain("--fresh", printed.Text, StringComparison.Ordinal);
    }
}
