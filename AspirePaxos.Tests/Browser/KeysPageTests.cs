using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AspirePaxos.Tests.Browser;

[Collection(nameof(BrowserCollection))]
public sealed class KeysPageTests(BrowserFixture browser) : PageTest(browser)
{
    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Lists_keys_by_prefix_page_by_page(int width, ColorScheme scheme)
    {
        await using var opened = await Browser.OpenAsync("/keys?prefix=none", width, scheme);
        var page = opened.Page;
        await Expect(page.GetByText("No key begins like this.")).ToBeVisibleAsync();
        for (var i = 0; i < 60; i++) await PutAsync($"listed/{i:00}", [(byte)'v']);
        await PutAsync("listed/bytes", [0xFF, 0]);

        await Field(page, "Keys that begin with").FillAsync("listed/");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(50);
        await Expect(page.GetByText("1–50 and more")).ToBeVisibleAsync();
        await ConsolePage.Button(page, "Next").ClickAsync();
        await Expect(page.GetByText("51–61 of 61")).ToBeVisibleAsync();
        await ConsolePage.Button(page, "listed/bytes").ClickAsync();
        await Expect(Value(page)).ToHaveValueAsync("/wA=");
        await opened.ExpectFitsAsync();
        await opened.ExpectAccessibleAsync();
        await opened.ScreenshotAsync($"keys-{scheme.ToString().ToLowerInvariant()}-{width}");
        await ConsolePage.Button(page, "Previous").ClickAsync();
        await Expect(page.GetByText("1–50 and more")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Writes_reads_and_deletes_and_the_list_follows()
    {
        await using var opened = await Browser.OpenAsync("/keys?prefix=written/");
        var page = opened.Page;
        await Expect(page.GetByText("No key begins like this.")).ToBeVisibleAsync();

        await Field(page, "Key").FillAsync("written/by hand");
        await Value(page).FillAsync("first\nsecond");
        await ConsolePage.Button(page, "Write").ClickAsync();
        await Expect(page.GetByText("done: slot")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "its round" })).ToBeVisibleAsync();
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("first\\nsecond");
        Assert.Equal("first\nsecond", await GetAsync("written/by hand"));

        await PutAsync("written/by another", [(byte)'x']);
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);

        await ConsolePage.Button(page, "Delete").ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        Assert.Null(await GetAsync("written/by hand"));
    }

    [Fact]
    public async Task A_conflict_shows_both_values_and_a_person_decides()
    {
        await PutAsync("conflict", "old"u8.ToArray());
        await using var opened = await Browser.OpenAsync("/keys?key=conflict");
        var page = opened.Page;
        await Expect(Value(page)).ToHaveValueAsync("old");
        await Value(page).FillAsync("mine");
        await PutAsync("conflict", "theirs"u8.ToArray());
        await Expect(page.GetByText("somebody changed it.")).ToBeVisibleAsync();

        await ConsolePage.Button(page, "Write").ClickAsync();
        var conflict = page.Locator(".conflict");
        await Expect(conflict).ToContainTextAsync("Somebody was faster");
        await Expect(conflict).ToContainTextAsync("theirs");
        await Expect(conflict).ToContainTextAsync("mine");
        Assert.Equal("theirs", await GetAsync("conflict"));
        await opened.ExpectAccessibleAsync();
        await opened.ScreenshotAsync("keys-conflict");

        await ConsolePage.Button(page, "Overwrite with mine").ClickAsync();
        await Expect(conflict).ToBeHiddenAsync();
        Assert.Equal("mine", await GetAsync("conflict"));
    }

    [Fact]
    public async Task A_word_is_explained_where_it_stands_also_to_the_keyboard()
    {
        await using var opened = await Browser.OpenAsync("/keys");
        var page = opened.Page;
        var meaning = page.GetByText("More than half of the replicas");
        await Expect(meaning).ToBeHiddenAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "majority" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(meaning).ToBeVisibleAsync();
        await opened.ExpectFitsAsync();
        await opened.ExpectAccessibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(meaning).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Goes_on_when_the_leader_is_killed()
    {
        await using var opened = await Browser.OpenAsync("/keys?prefix=surv");
        var page = opened.Page;
        await Field(page, "Key").FillAsync("survives");
        await Value(page).FillAsync("a leader");
        var leading = page.Locator(".leader-line");
        await Expect(leading).ToContainTextAsync("leads");
        var leader = (await leading.InnerTextAsync()).Trim().Split(' ')[0];

        await Browser.Cluster.KillAsync(leader);
        await Expect(leading).Not.ToContainTextAsync(leader, new() { Timeout = 20_000 });
        await Expect(leading).ToContainTextAsync("leads", new() { Timeout = 20_000 });
        await ConsolePage.Button(page, "Write").ClickAsync();

        await Expect(page.GetByText("done: slot")).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await Expect(page.Locator("tbody")).ToContainTextAsync("survives");
    }

    [Fact]
    public async Task Without_a_majority_nothing_that_was_typed_is_lost_and_it_may_be_sent_again()
    {
        await using var opened = await Browser.OpenAsync("/keys");
        var page = opened.Page;
        await Field(page, "Key").FillAsync("in vain");
        await Value(page).FillAsync("at first");
        foreach (var name in Browser.Cluster.Names.Take(2)) await Browser.Cluster.KillAsync(name);

        await ConsolePage.Button(page, "Write").ClickAsync();
        var again = ConsolePage.Button(page, "Send it again");
        await Expect(again).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await Expect(Value(page)).ToHaveValueAsync("at first");
        await opened.ScreenshotAsync("keys-no-majority");

        await Browser.HealAsync();
        await again.ClickAsync();
        await Expect(page.GetByText("done: slot")).ToBeVisibleAsync(new() { Timeout = 20_000 });
        Assert.Equal("at first", await GetAsync("in vain"));
    }

    /// <summary>The component tells its role to who listens, but not to the browser's driver.</summary>

    /// <summary>The box inside of the component: both have the label.</summary>
    private static ILocator Field(IPage page, string label) => page.GetByRole(AriaRole.Textbox, new() { Name = label, Exact = true });

    private static ILocator Value(IPage page) => Field(page, "Value");

    private Uri Address(string key) => new(Browser.Cluster.Url(Browser.Cluster.Names.First(Browser.Cluster.IsRunning)), "/v1/kv/" + Uri.EscapeDataString(key));

    private async Task PutAsync(string key, byte[] value)
    {
        using var http = new HttpClient();
        using var answer = await http.PutAsync(Address(key), new ByteArrayContent(value));
        answer.EnsureSuccessStatusCode();
    }

    private async Task<string?> GetAsync(string key)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(Address(key));
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
    }
}
