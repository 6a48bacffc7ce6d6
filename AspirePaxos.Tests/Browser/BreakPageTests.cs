using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AspirePaxos.Tests.Browser;

[Collection(nameof(BrowserCollection))]
public sealed class BreakPageTests(BrowserFixture browser) : PageTest(browser)
{
    private const string StillThere = "Every acknowledged write is still there.";

    private static readonly LocatorAssertionsToBeVisibleOptions soon = new() { Timeout = 20_000 };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Fits_and_is_accessible_while_a_leader_is_isolated_and_the_check_runs(int width, ColorScheme scheme)
    {
        await using var opened = await Browser.OpenAsync("/break", width, scheme);
        var page = opened.Page;
        var leader = await LeaderAsync(page);

        await ConsolePage.Button(page, "Isolate the leader").ClickAsync();

        await Expect(Card(page, leader)).ToContainTextAsync("It is cut off from");
        await Expect(page.GetByText($"{leader} is cut off from").First).ToBeVisibleAsync();
        await Expect(page.Locator($"article:not([aria-label={leader}]) .dot.leader")).ToBeVisibleAsync(soon);
        await Expect(page.GetByText(StillThere)).ToBeVisibleAsync();
        await Eventually.HoldsAsync(async () => await WritesAsync(page) > 30, "writes go on");
        await opened.ExpectFitsAsync();
        await opened.ExpectAccessibleAsync();
        await opened.ScreenshotAsync($"break-{scheme.ToString().ToLowerInvariant()}-{width}");
        await ConsolePage.Button(page, "Stop the check").ClickAsync();
        await Expect(page.GetByText("It was stopped.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_killed_leader_is_silent_another_leads_and_no_write_is_missing()
    {
        await using var opened = await Browser.OpenAsync("/break");
        var page = opened.Page;
        var leader = await LeaderAsync(page);
        await ConsolePage.Button(page, "Start the check").ClickAsync();
        await Eventually.HoldsAsync(async () => await WritesAsync(page) > 10, "writes go on");

        await ConsolePage.Button(page, "Kill the leader").ClickAsync();

        await Expect(page.GetByText($"{leader} was killed, as by kill -9.").First).ToBeVisibleAsync();
        await Expect(Card(page, leader)).ToContainTextAsync("is being restarted");
        await Expect(page.Locator($"article:not([aria-label={leader}]) .dot.leader")).ToBeVisibleAsync(soon);
        var then = await WritesAsync(page);
        await Eventually.HoldsAsync(async () => await WritesAsync(page) > then + 10, "writes go on");
        await Expect(page.GetByText(StillThere)).ToBeVisibleAsync();
        await opened.ExpectAccessibleAsync();
        await opened.ScreenshotAsync("break-leader-killed");

        // It would go on while pages are open: those of other tests too.
        await ConsolePage.Button(page, "Stop the check").ClickAsync();
        await Expect(page.GetByText("It was stopped.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_broken_stays_so_on_other_pages_and_is_told_on_return_until_all_is_healed()
    {
        await using var opened = await Browser.OpenAsync("/break");
        var page = opened.Page;
        await Card(page, "node1").GetByRole(AriaRole.Button, new() { Name = "200 ms" }).ClickAsync();
        await Expect(Card(page, "node1").GetByRole(AriaRole.Button, new() { Name = "200 ms" })).ToHaveAttributeAsync("aria-pressed", "true");
        await Card(page, "node2").GetByRole(AriaRole.Button, new() { Name = "node0" }).ClickAsync();
        await Expect(Card(page, "node0")).ToContainTextAsync("It does not hear node2.");

        await page.GetByRole(AriaRole.Link, new() { Name = "Keys" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Try to break it" }).ClickAsync();

        await Expect(page.GetByText("Still broken from before:")).ToBeVisibleAsync();
        await Expect(page.GetByText("node1 needs 200 ms more for each sync to its disk. node2 is cut off from node0.")).ToBeVisibleAsync();
        await ConsolePage.Button(page, "Heal all").ClickAsync();
        await Expect(page.GetByText("Still broken from before:")).ToBeHiddenAsync();
        await Expect(page.GetByText("All replicas were healed.").First).ToBeVisibleAsync();
    }

    private static ILocator Card(IPage page, string node) => page.Locator($"article[aria-label={node}]");

    private static async Task<string> LeaderAsync(IPage page)
    {
        var leader = page.Locator("article:has(.dot.leader)");
        await Expect(leader).ToBeVisibleAsync(soon);
        return await leader.GetAttributeAsync("aria-label") ?? "";
    }

    private static async Task<int> WritesAsync(IPage page) => int.Parse(
        await page.Locator("dl div:has-text('Acknowledged writes') dd").InnerTextAsync(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
