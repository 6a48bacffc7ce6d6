using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AspirePaxos.Tests.Browser;

[Collection(nameof(BrowserCollection))]
public sealed class RoundsPageTests(BrowserFixture browser) : PageTest(browser)
{
    private readonly HttpClient http = new();

    public override ValueTask DisposeAsync()
    {
        http.Dispose();
        return base.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task A_write_is_seen_as_a_picture_and_in_words(int width, ColorScheme scheme)
    {
        var key = $"pictured-{width}-{scheme}";
        await using var opened = await Browser.OpenAsync($"/rounds?key={key}", width, scheme);
        var page = opened.Page;
        await Expect(page.GetByText("No round matches")).ToBeVisibleAsync();

        await PutAsync(key);

        await Expect(Heading(page)).ToContainTextAsync("Phase 2: accept");
        await Expect(page.GetByRole(AriaRole.Img, new() { NameRegex = new("2 of 3 are a quorum: it is chosen for good") })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Radio)).ToHaveCountAsync(1);
        await page.GetByText("As a table").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Steps of the round" }).GetByRole(AriaRole.Row)).ToHaveCountAsync(5);
        await opened.ExpectFitsAsync();
        await opened.ExpectAccessibleAsync();
        await opened.ScreenshotAsync($"rounds-{scheme.ToString().ToLowerInvariant()}-{width}");
    }

    [Fact]
    public async Task A_dead_replica_is_seen_in_the_picture_and_then_an_election()
    {
        await using var opened = await Browser.OpenAsync("/rounds");
        var page = opened.Page;
        var (leader, others) = await LeaderAsync();
        await Browser.Cluster.KillAsync(others[0]);

        await PutAsync("without-one", leader);

        await Expect(page.Locator(".round").First).ToContainTextAsync($"{others[0]} did not answer");
        // The picture stays on an election, here that of the cluster's start, for six seconds.
        await Expect(page.Locator(".story")).ToContainTextAsync($"{others[0]} did not answer", new() { Timeout = 20_000 });
        await ConsolePage.Button(page, "Pause").ClickAsync();
        await Expect(page.Locator("svg.lanes .cross")).ToHaveCountAsync(1);
        await opened.ScreenshotAsync("rounds-dead-follower");

        await ConsolePage.Button(page, "Go on").ClickAsync();
        await Browser.Cluster.StartAsync(others[0]);
        await Browser.Cluster.ReadyAsync();
        await Browser.Cluster.KillAsync(leader);
        await Expect(Heading(page)).ToContainTextAsync("Phase 1: prepare", new() { Timeout = 20_000 });
        await Expect(page.Locator(".trouble")).ToContainTextAsync(leader);
        await page.GetByText("Elections only").ClickAsync();
        await Expect(page.Locator(".round.promised").First).ToContainTextAsync("phase 1");
        await page.Locator(".round.promised").First.GetByRole(AriaRole.Radio).CheckAsync();
        await Expect(page.Locator(".story")).ToContainTextAsync("may lead");
        await Expect(page).ToHaveURLAsync(new Regex("kind=prepare"));
        await opened.ExpectAccessibleAsync();
        await opened.ScreenshotAsync("rounds-leader-killed");
    }

    [Fact]
    public async Task A_slow_disk_is_seen()
    {
        // Of all: on a busy machine another may lead by the time of the write.
        foreach (var node in Browser.Cluster.Names) await SlowDiskAsync(node, 300);
        await using var opened = await Browser.OpenAsync("/rounds?key=slow-disk");
        var page = opened.Page;

        await PutAsync("slow-disk");

        await Expect(page.Locator(".story")).ToContainTextAsync(new Regex("the disk of node. took"));
        await Expect(page.Locator("svg.lanes .work.slow")).ToHaveCountAsync(1);
        await opened.ScreenshotAsync("rounds-slow-disk");
    }

    [Fact]
    public async Task A_picture_fits_a_phone_also_where_its_texts_begin_in_the_middle()
    {
        var (leader, others) = await LeaderAsync();
        await SlowDiskAsync(leader, 145);
        await SlowDiskAsync(others[0], 145);
        await SlowDiskAsync(others[1], 290);
        await using var opened = await Browser.OpenAsync("/rounds?key=in-the-middle", 390);

        await PutAsync("in-the-middle", leader);

        await Expect(opened.Page.Locator(".mark .text")).ToContainTextAsync("quorum after");
        await Expect(opened.Page.Locator(".row .text").Filter(new() { HasText = "accepted" }).Nth(1)).ToBeVisibleAsync();
        await opened.ExpectFitsAsync();
        await opened.ScreenshotAsync("rounds-middle-390");
    }

    [Fact]
    public async Task The_keyboard_goes_through_the_rounds_and_back_in_time()
    {
        // Of quick ones a node keeps but some.
        foreach (var node in Browser.Cluster.Names) await SlowDiskAsync(node, 110);
        for (var i = 0; i < 5; i++) await PutAsync($"back-{i}");
        await using var opened = await Browser.OpenAsync("/rounds");
        var page = opened.Page;
        // The picture stays on an election, here that of the cluster's start, for six seconds.
        await Expect(page.Locator(".story")).ToContainTextAsync("back-4", new() { Timeout = 20_000 });

        await page.GetByRole(AriaRole.Radio).First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.GetByRole(AriaRole.Radio).Nth(1)).ToBeCheckedAsync();
        await Expect(page.Locator(".story")).ToContainTextAsync("back-3");
        await Expect(page.GetByText("Paused")).ToBeVisibleAsync();
        await PutAsync("back-in-time");

        await page.GetByLabel("Back through the rounds").FocusAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.Locator(".story")).ToContainTextAsync("back-2");
        await Expect(page.GetByRole(AriaRole.Radio).First).ToBeCheckedAsync();
        await ConsolePage.Button(page, "Go on").ClickAsync();
        await Expect(page.Locator(".story")).ToContainTextAsync("back-in-time");
    }

    [Fact]
    public async Task A_click_on_the_round_that_is_shown_keeps_it()
    {
        await PutAsync("kept-by-a-click");
        await using var opened = await Browser.OpenAsync("/rounds?key=kept-by-a-click");
        var page = opened.Page;
        await Expect(page.GetByRole(AriaRole.Radio)).ToBeCheckedAsync();

        await page.GetByRole(AriaRole.Radio).ClickAsync();

        await Expect(page.GetByText("Paused")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_typed_wrong_is_said_and_stays_and_the_address_follows_what_is_right()
    {
        await using var opened = await Browser.OpenAsync("/rounds");
        var page = opened.Page;
        await Expect(page.GetByRole(AriaRole.Radio).First).ToBeVisibleAsync();

        var slot = page.GetByRole(AriaRole.Textbox, new() { Name = "Slot", Exact = true });
        await slot.FillAsync("first");
        await Expect(page.GetByText("A slot is a number from 1 on.")).ToBeVisibleAsync();
        await Expect(slot).ToHaveValueAsync("first");
        await slot.FillAsync("999999");
        await Expect(page).ToHaveURLAsync(new Regex("/rounds\\?slot=999999$"));
        await Expect(page.GetByText("No round matches")).ToBeVisibleAsync();
        await ConsolePage.Button(page, "Show all").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/rounds$"));
        await Expect(slot).ToHaveValueAsync("");
    }

    [Fact]
    public async Task What_is_wrong_in_an_address_is_said_and_stays_in_its_field()
    {
        await using var opened = await Browser.OpenAsync("/rounds?slot=abc&minMs=0.001");
        var page = opened.Page;

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("A slot is a number from 1 on. It stood so in the address, and is left out below.");
        var slot = page.GetByRole(AriaRole.Textbox, new() { Name = "Slot", Exact = true });
        await Expect(slot).ToHaveValueAsync("abc");
        await slot.FillAsync("");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await Expect(page).ToHaveURLAsync(new Regex("/rounds\\?minMs=0.001$"));
    }

    [Fact]
    public async Task A_trace_without_rounds_is_explained()
    {
        await using var opened = await Browser.OpenAsync("/rounds/4bf92f3577b34da6a3ce929d0e0e4736");
        var page = opened.Page;
        await Expect(page.GetByText("No replica knows a round of this trace")).ToBeVisibleAsync();
        await opened.ExpectAccessibleAsync();
    }

    private static ILocator Heading(IPage page) => page.Locator("#round-title");

    private async Task<(string Leader, IReadOnlyList<string> Others)> LeaderAsync()
    {
        var names = Browser.Cluster.Names;
        string? leader = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                var view = await http.GetFromJsonAsync<System.Text.Json.JsonElement>(new Uri(Browser.Cluster.Url(names[0]), "/v1/cluster"));
                leader = view.TryGetProperty("leader", out var name) ? name.GetString() : null;
                return leader is not null;
            },
            "somebody leads");
        return (leader!, [.. names.Where(name => name != leader)]);
    }

    private async Task SlowDiskAsync(string node, int milliseconds)
    {
        using var answer = await http.PutAsJsonAsync(new Uri(Browser.Cluster.Url(node), "/v1/faults"), new { diskDelayMs = milliseconds });
        answer.EnsureSuccessStatusCode();
    }

    private async Task PutAsync(string key, string? node = null)
    {
        var url = Browser.Cluster.Url(node ?? Browser.Cluster.Names[0]);
        using var body = new StringContent("v");
        (await http.PutAsync(new Uri(url, $"/v1/kv/{key}"), body)).EnsureSuccessStatusCode();
    }
}
