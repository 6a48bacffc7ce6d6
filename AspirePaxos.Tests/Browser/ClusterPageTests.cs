using System.Net.Http.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AspirePaxos.Tests.Browser;

[Collection(nameof(BrowserCollection))]
public sealed class ClusterPageTests(BrowserFixture browser) : PageTest(browser)
{
    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Shows_each_replica_and_who_leads(int width, ColorScheme scheme)
    {
        await using var opened = await Browser.OpenAsync("/", width, scheme);
        var page = opened.Page;

        await Expect(page.GetByRole(AriaRole.Article)).ToHaveCountAsync(3);
        await Expect(page.GetByText(" leads", new() { Exact = false }).First).ToBeVisibleAsync();
        await Expect(page.Locator("article.leader")).ToHaveCountAsync(1);
        await Expect(page.Locator("article.follower")).ToHaveCountAsync(2);
        await Expect(page.GetByText("Healthy")).ToHaveCountAsync(3);
        await opened.ExpectFitsAsync();
        await opened.ExpectAccessibleAsync();
        await opened.ScreenshotAsync($"cluster-{scheme.ToString().ToLowerInvariant()}-{width}");
    }

    [Fact]
    public async Task A_leader_that_is_killed_is_seen_to_die_and_another_to_lead()
    {
        await using var opened = await Browser.OpenAsync("/");
        var page = opened.Page;
        var leader = await page.Locator("article.leader").GetAttributeAsync("aria-label") ?? "";

        await Browser.Cluster.KillAsync(leader);

        await Expect(page.Locator($"article[aria-label={leader}].silent")).ToBeVisibleAsync();
        await Expect(page.Locator("article.leader")).ToHaveCountAsync(1, new() { Timeout = 20_000 });
        var next = await page.Locator("article.leader").GetAttributeAsync("aria-label") ?? "";
        Assert.NotEqual(leader, next);
        var events = page.Locator(".events");
        await Expect(events).ToContainTextAsync($"{leader} is silent");
        await Expect(events).ToContainTextAsync($"{next} leads with ballot");
        await opened.ScreenshotAsync("cluster-leader-killed");

        await Browser.Cluster.StartAsync(leader);
        await Expect(page.Locator($"article[aria-label={leader}].follower")).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await Expect(events).ToContainTextAsync($"{leader} answers again");
    }

    [Fact]
    public async Task A_follower_that_is_cut_off_is_shown_as_such_until_it_is_healed()
    {
        await using var opened = await Browser.OpenAsync("/");
        var page = opened.Page;
        var node = await page.Locator("article.follower").First.GetAttributeAsync("aria-label") ?? "";
        using var http = new HttpClient();
        var cutOff = new { cutOff = Browser.Cluster.Names.Where(name => name != node) };
        (await http.PutAsJsonAsync(new Uri(Browser.Cluster.Url(node), "/v1/faults"), cutOff)).EnsureSuccessStatusCode();

        var card = page.Locator($"article[aria-label={node}]");
        await Expect(card.Locator(".badge")).ToHaveTextAsync("hears no majority");
        await Expect(page.Locator($".lane[aria-label^='{node}: hears no majority']")).ToBeVisibleAsync();
        await Expect(page.Locator(".events")).ToContainTextAsync($"{node} hears no majority");
        await opened.ExpectAccessibleAsync();
        await opened.ScreenshotAsync("cluster-cut-off");

        await Browser.HealAsync();
        await Expect(card.Locator(".badge")).ToHaveTextAsync("follower");
        await Expect(page.Locator(".events")).ToContainTextAsync($"{node} hears a majority again");
    }

    [Fact]
    public async Task Without_a_majority_it_says_so_and_goes_on_by_itself()
    {
        await using var opened = await Browser.OpenAsync("/");
        var page = opened.Page;

        foreach (var name in Browser.Cluster.Names.Take(2)) await Browser.Cluster.KillAsync(name);

        await Expect(page.GetByText("No majority answers.")).ToBeVisibleAsync();
        await opened.ExpectAccessibleAsync();
        await opened.ScreenshotAsync("cluster-no-majority");
        await Browser.HealAsync();
        await Expect(page.GetByText("No majority answers.")).ToBeHiddenAsync();
        await Expect(page.Locator("article.leader")).ToHaveCountAsync(1, new() { Timeout = 20_000 });
    }

    [Fact]
    public async Task The_keyboard_reaches_every_page()
    {
        await using var opened = await Browser.OpenAsync("/");
        var page = opened.Page;

        // A page that opens puts the focus on its heading, for who listens to it.
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeFocusedAsync();
        await page.GetByText("Skip to the page").FocusAsync();
        foreach (var name in (string[])["AspirePaxos", "Cluster", "Rounds", "Keys", "Log", "Try to break it"])
        {
            await page.Keyboard.PressAsync("Tab");
            await Expect(page.Locator(":focus")).ToContainTextAsync(name);
        }

        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("[data-theme=dark]")).ToHaveCountAsync(1);
    }
}
