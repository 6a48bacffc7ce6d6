using System.Collections.Concurrent;
using AspirePaxos.Tests.Conventions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace AspirePaxos.Tests.Browser;

/// <summary>One page of the console in a browser. On disposal it must have had no error and asked no other host for anything.</summary>
internal sealed class ConsolePage : IAsyncDisposable
{
    private static readonly string[] serious = ["serious", "critical"];

    private readonly ConcurrentQueue<string> troubles = [];

    private ConsolePage(IPage page, Uri url)
    {
        Page = page;
        page.PageError += (_, error) => troubles.Enqueue($"script: {error}");
        page.Console += (_, message) =>
        {
            if (message.Type == "error") troubles.Enqueue($"console: {message.Text}");
        };
        page.Request += (_, request) =>
        {
            var target = new Uri(request.Url);
            if (target.Scheme != "data" && target.Authority != url.Authority) troubles.Enqueue($"asked another host: {request.Url}");
        };
    }

    public IPage Page { get; }

    public static async Task<ConsolePage> OpenAsync(IPage page, Uri url)
    {
        var opened = new ConsolePage(page, url);
        var connected = page.WaitForWebSocketAsync();
        await page.GotoAsync(url.ToString());
        await connected;

        // Set by the console once a page's first interactive drawing is there.
        await Assertions.Expect(page.Locator("main[data-live]")).ToBeVisibleAsync();

        // The page then takes the focus for its heading, once, in a message of its own: keys pressed before would go astray.
        await page.WaitForFunctionAsync("() => document.activeElement !== document.body");
        return opened;
    }

    /// <summary>By its whole text. The role of Fluent's buttons is set where axe and browsers see it, and Playwright does not.</summary>
    public static ILocator Button(IPage page, string text) => page.Locator(Buttons(text));

    /// <inheritdoc cref="Button(IPage, string)"/>
    public static ILocator Button(ILocator within, string text) => within.Locator(Buttons(text));

    /// <summary>By axe: nothing of its two upper grades (contrast, names, roles, keyboard).</summary>
    public async Task ExpectAccessibleAsync()
    {
        var result = await Page.RunAxe();
        var found = result.Violations.Where(violation => serious.Contains(violation.Impact))
            .Select(violation => $"{violation.Id}: {violation.Help}\n" + string.Join('\n', violation.Nodes.Select(node => "  " + node.Html)));
        Assert.True(!found.Any(), string.Join('\n', found));
    }

    /// <summary>No scrolling to the side, at any width.</summary>
    public async Task ExpectFitsAsync()
    {
        var wide = await Page.EvaluateAsync<string[]>("""
            () => {
                const root = document.documentElement;
                if (root.scrollWidth <= root.clientWidth) return [];
                const beyond = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > root.clientWidth);
                return [`${root.scrollWidth} of ${root.clientWidth} pixels`, ...beyond.map(e => e.outerHTML.slice(0, 200))];
            }
            """);
        Assert.True(wide.Length == 0, string.Join('\n', wide));
    }

    /// <summary>Into artifacts/screenshots, for people to look at.</summary>
    public Task ScreenshotAsync(string name) =>
        Page.ScreenshotAsync(new() { Path = Path.Combine(SourceTree.Root, "artifacts", "screenshots", name + ".png"), FullPage = true });

    private static string Buttons(string text) => $":is(fluent-button, button):text-is(\"{text}\")";

    public async ValueTask DisposeAsync()
    {
        await Page.Context.CloseAsync();
        Assert.Empty(troubles);
    }
}
