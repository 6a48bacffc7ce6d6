using System.Globalization;
using AspirePaxos.Web.Components.Rounds;
using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;
using Microsoft.AspNetCore.Components;

namespace AspirePaxos.Web.Components.Pages;

public sealed partial class RoundsPage
{
    private readonly CancellationTokenSource closed = new();
    private readonly ShownRounds shown = new();
    private IReadOnlyList<string> names = [];
    private IReadOnlyList<string> unasked = [];
    private FeedSnapshot feed = FeedSnapshot.Nothing;
    private RoundQuery given = RoundQuery.Of(RoundFilter.None);
    private RoundFilter? asked;
    private IDisposable? looking;
    private bool listened;
    private bool passing;
    private bool searching;

    /// <summary>Of rounds that may have left the feed.</summary>
    [Parameter]
    public string? TraceId { get; set; }

    [SupplyParameterFromQuery(Name = "slot")]
    private string? Slot { get; set; }

    [SupplyParameterFromQuery(Name = "key")]
    private string? Key { get; set; }

    [SupplyParameterFromQuery(Name = "minMs")]
    private string? MinMs { get; set; }

    [SupplyParameterFromQuery(Name = "kind")]
    private string? Kind { get; set; }

    [Inject]
    internal RoundFeed Feed { get; set; } = null!;

    [Inject]
    internal NodeSet Nodes { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string State
    {
        get
        {
            if (shown.Paused) return $"Paused: what happens meanwhile is kept. {Count(shown.Rounds.Count)} rounds are here to look at.";
            var rate = feed.Seen > 0 ? $"{Count(feed.Shown)} of {Count(feed.Seen)} rounds a second shown" : "No round in the last second";
            return $"{rate}{(feed.Seen > feed.Shown ? ": a sample, with every election and every slow one." : ".")}";
        }
    }

    private IEnumerable<string> Troubles =>
        feed.Sources.Where(source => source.Trouble.Length > 0).Select(source => $"{source.Node}: {source.Trouble.TrimEnd('.')}. Of its rounds those are shown that were heard before.")
            .Concat(unasked.Select(node => $"Could not be asked: {node.TrimEnd('.')}."));

    protected override void OnInitialized()
    {
        base.OnInitialized();
        names = [.. Nodes.All.Select(node => node.Name)];
    }

    // Not while the page is only drawn for the first time on the server: then nobody looks yet.
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) looking = Feed.Look();
    }

    protected override async Task OnParametersSetAsync()
    {
        // What makes no sense is left out, and the bar says so.
        given = new(Slot ?? "", Key ?? "", MinMs ?? "", Kind ?? "");
        given.TryParse(out var filter);
        filter = filter with { Trace = TraceId };
        if (filter == asked) return;
        asked = filter;
        (unasked, searching) = ([], !filter.IsNone);
        shown.Narrow(filter, []);
        OnLook();
        if (filter.IsNone || !RendererInfo.IsInteractive) return;
        try
        {
            // The feed heard a part only, and only since somebody looks.
            var found = await Feed.FindAsync(filter, closed.Token);
            if (asked != filter) return;
            (unasked, searching) = (found.Troubles, false);
            shown.Narrow(filter, found.Rounds);
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
    }

    protected override void OnLook()
    {
        feed = Feed.Now;
        listened |= feed.Sources.Any(source => source.Listening || source.Trouble.Length > 0);

        // Where more pass by than are shown nobody reads each: every other look is enough, and half the work.
        passing = feed.Seen > feed.Shown && !passing;
        if (!passing) shown.Update(feed.Rounds, Now.At);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        looking?.Dispose();
        closed.Cancel();
        closed.Dispose();
    }

    private void Show(RoundFilter filter) => Navigation.NavigateTo(filter.Link, replace: true);

    private void TogglePause()
    {
        if (shown.Paused) shown.Resume();
        else shown.Pause();
        OnLook();
    }

    private static string Count(double count) => count.ToString("#,0", CultureInfo.InvariantCulture);
}
