using Microsoft.Playwright;

namespace AspirePaxos.Tests.Browser;

/// <summary>Each test of a page begins with a cluster that is whole.</summary>
public abstract class PageTest(BrowserFixture browser) : IAsyncLifetime
{
    /// <summary>Widths of the window in pixels, and light or dark: so each page is looked at.</summary>
    public static TheoryData<int, ColorScheme> Looks { get; } = new()
    {
        { 1280, ColorScheme.Light }, { 1280, ColorScheme.Dark }, { 390, ColorScheme.Light }, { 390, ColorScheme.Dark },
    };

    protected BrowserFixture Browser => browser;

    public async ValueTask InitializeAsync() => await browser.HealAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
