using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AspirePaxos.Tests.Browser;

[Collection(nameof(BrowserCollection))]
public sealed class LogPageTests(BrowserFixture browser) : PageTest(browser)
{
    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Shows_what_each_replica_keeps_in_each_slot(int width, ColorScheme scheme)
    {
        var slot = await WriteAsync($"logged/{width}/{scheme}");
        await using var opened = await Browser.OpenAsync("/log", width, scheme);
        var page = opened.Page;

        var row = page.Locator($"#slot-{slot}");
        await Expect(row).ToContainTextAsync($"put logged/{width}/{scheme} = v");
        await Expect(row.Locator("td.chosen")).ToHaveCountAsync(3);
        var hashes = await row.Locator("td.replica code").AllInnerTextsAsync();
        Assert.Equal(3, hashes.Count);
        Assert.Single(hashes.Distinct());
        await Expect(page.GetByText("are equal: hash")).ToBeVisibleAsync();
        await opened.ExpectFitsAsync();
        await opened.ExpectAccessibleAsync();
        await opened.ScreenshotAsync($"log-{scheme.ToString().ToLowerInvariant()}-{width}");
    }

    [Fact]
    public async Task Follows_the_end_looks_back_and_finds_no_difference()
    {
        for (var i = 0; i < 40; i++) await WriteAsync($"followed/{i}");
        await using var opened = await Browser.OpenAsync("/log");
        var page = opened.Page;
        var slot = await WriteAsync("followed/last");
        await Expect(page.Locator($"#slot-{slot}")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Textbox, new() { Name = "Slot", Exact = true }).FillAsync("2");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#slot-2.sought")).ToBeVisibleAsync();
        await Expect(page.Locator($"#slot-{slot}")).ToHaveCountAsync(0);
        await ConsolePage.Button(page, "Newer").ClickAsync();
        await Expect(page.Locator("#slot-2")).ToHaveCountAsync(0);

        await ConsolePage.Button(page, "First difference").ClickAsync();
        await Expect(page.GetByText("No difference: slots 1 to")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_silent_replica_has_a_column_that_says_so_and_fills_it_when_it_is_back()
    {
        await using var opened = await Browser.OpenAsync("/log");
        var page = opened.Page;
        var name = Browser.Cluster.Names[2];
        await Browser.Cluster.KillAsync(name);
        await Browser.Cluster.ReadyAsync([.. Browser.Cluster.Names.Take(2)]);
        var slot = await WriteAsync("while one is away");

        var row = page.Locator($"#slot-{slot}");
        await Expect(row.Locator("td.silent")).ToHaveCountAsync(1);
        await Expect(page.GetByRole(AriaRole.Columnheader).Filter(new() { HasText = name })).ToContainTextAsync("silent: nobody listens there");
        await opened.ExpectAccessibleAsync();
        await opened.ScreenshotAsync("log-silent");

        await Browser.Cluster.StartAsync(name);
        await Expect(row.Locator("td.chosen")).ToHaveCountAsync(3, new() { Timeout = 20_000 });
    }

    private async Task<string> WriteAsync(string key)
    {
        using var http = new HttpClient();
        using var answer = await http.PutAsync(new Uri(Browser.Cluster.Url(Browser.Cluster.Names.First(Browser.Cluster.IsRunning)), "/v1/kv/" + Uri.EscapeDataString(key)), new StringContent("v"));
        answer.EnsureSuccessStatusCode();
        return answer.Headers.GetValues("Paxos-Slot").Single();
    }
}
