using AspirePaxos.Launcher;
using AspirePaxos.Tests.EndToEnd;
using Microsoft.Playwright;

namespace AspirePaxos.Tests.Browser;

/// <summary>Tests of pages, one after the other: a cluster, the console and a browser for all of them.</summary>
[CollectionDefinition(nameof(BrowserCollection), DisableParallelization = true)]
public sealed class BrowserCollection : ICollectionFixture<BrowserFixture>;

/// <summary>A cluster of three processes, the console, and Chromium. Where there is no browser the tests say so, and fail where everything is required.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    /// <summary>Nothing of its own to any other host.</summary>
    private static readonly string[] quietly = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private LocalCluster? cluster;
    private IPlaywright? playwright;
    private IBrowser? browser;
    private string? missing;

    internal LocalCluster Cluster => cluster!;

    public async ValueTask InitializeAsync()
    {
        var chromium = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator)
            .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome", "chrome.exe", "msedge.exe" }.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
        if (chromium is null)
        {
            missing = "no Chromium on the PATH (on Debian: apt-get install chromium)";
            return;
        }

        cluster = await LocalCluster.StartAsync(console: true);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = quietly });
    }

    /// <param name="path">Of the console, with a slash first.</param>
    /// <returns>The page, interactive.</returns>
    internal async Task<ConsolePage> OpenAsync(string path, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        Assert.False(missing is not null && Environment.GetEnvironmentVariable("PAXOS_REQUIRE_ALL") == "1", $"a browser is required here: {missing}");
        Assert.SkipWhen(missing is not null, missing ?? "");
        var context = await browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        return await ConsolePage.OpenAsync(await context.NewPageAsync(), new Uri(Cluster.ConsoleUrl, path));
    }

    /// <summary>As a test expects it: every replica runs, and suffers nothing.</summary>
    internal async Task HealAsync()
    {
        if (cluster is null) return;
        using var http = new HttpClient(new LostConnections(new SocketsHttpHandler()));
        foreach (var name in cluster.Names)
        {
            if (!cluster.IsRunning(name)) await cluster.StartAsync(name);
        }

        // Who is cut off is not ready: it is healed first.
        foreach (var name in cluster.Names) await Eventually.HoldsAsync(() => HealsAsync(http, cluster.Url(name)), $"{name} answers");
        await cluster.ReadyAsync();
    }

    private static async Task<bool> HealsAsync(HttpClient http, Uri node)
    {
        try
        {
            using var healed = await http.DeleteAsync(new Uri(node, "/v1/faults"));
            return healed.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        if (cluster is not null) await cluster.DisposeAsync();
    }
}
