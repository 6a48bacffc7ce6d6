using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;

namespace AspirePaxos.Web.Components.Rounds;

/// <summary>What of the feed one page shows: filtered, and while it is paused as it was then. Not safe for threads.</summary>
internal sealed class ShownRounds
{
    /// <summary>Rows of the list: more than these nobody reads.</summary>
    public const int MaxListed = 60;

    /// <summary>So long the picture stays on a round at least, while others pass by.</summary>
    private static readonly TimeSpan Dwell = TimeSpan.FromSeconds(1);

    /// <summary>An election is rare, and what people wait for.</summary>
    private static readonly TimeSpan DwellOnPrepare = TimeSpan.FromSeconds(6);

    private IReadOnlyList<Round> source = [];
    private IReadOnlyList<Round> found = [];
    private DateTimeOffset followedSince;
    private int top = -1;

    public RoundFilter Filter { get; private set; } = RoundFilter.None;

    /// <summary>All that match, in the order of their start.</summary>
    public IReadOnlyList<Round> Rounds { get; private set; } = [];

    public bool Paused { get; private set; }

    /// <summary>The one in the picture.</summary>
    public Round? Current { get; private set; }

    /// <summary>Of the newest round in the list.</summary>
    public int Top => Paused ? top : Rounds.Count - 1;

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Round> Listed => [.. Rounds.Take(Top + 1).Skip(Math.Max(0, Top + 1 - MaxListed)).Reverse()];

    /// <summary>Of the round in the picture; -1 where there is none.</summary>
    public int Position => Current is null ? -1 : IndexOf(Current);

    /// <param name="rounds">All of the feed; ignored while paused.</param>
    public void Update(IReadOnlyList<Round> rounds, DateTimeOffset now)
    {
        if (Paused) return;
        if (!ReferenceEquals(rounds, source))
        {
            source = rounds;
            Refresh();
        }

        Follow(now);
    }

    /// <param name="known">What the nodes answered when they were asked for this filter: older than the feed, for instance.</param>
    public void Narrow(RoundFilter filter, IReadOnlyList<Round> known)
    {
        (Filter, found) = (filter, known);
        Refresh();
        if (Position < 0) Current = Rounds.Count > 0 ? Rounds[^1] : null;
        top = Rounds.Count - 1;
    }

    public void Pause()
    {
        if (!Paused) top = Rounds.Count - 1;
        Paused = true;
    }

    public void Resume() => Paused = false;

    /// <summary>Pauses: what is looked at does not run away.</summary>
    public void Select(Round round)
    {
        Pause();
        Current = round;
    }

    /// <summary>The list then ends with this round, as it did when that was the newest.</summary>
    public void Rewind(int position)
    {
        if (Rounds.Count == 0) return;
        Pause();
        top = Math.Clamp(position, 0, Rounds.Count - 1);
        Current = Rounds[top];
    }

    private void Refresh()
    {
        if (found.Count == 0)
        {
            Rounds = [.. source.Where(Filter.Matches)];
            return;
        }

        var fed = source.Select(round => (round.Node, round.Id, round.Ballot)).ToHashSet();
        Rounds = [.. found.Where(round => !fed.Contains((round.Node, round.Id, round.Ballot))).Concat(source).Where(Filter.Matches).OrderBy(round => round.StartedAt)];
    }

    private void Follow(DateTimeOffset now)
    {
        if (Rounds.Count == 0)
        {
            Current = null;
            return;
        }

        var at = Current is null ? -1 : IndexOf(Current);
        if (at < 0)
        {
            (Current, followedSince) = (Rounds[^1], now);
            return;
        }

        // It may have ended meanwhile.
        Current = Rounds[at];
        var prepare = Rounds.Skip(at + 1).LastOrDefault(round => round.IsPrepare);
        if (prepare is null && now - followedSince < (Current.IsPrepare ? DwellOnPrepare : Dwell)) return;
        if (at < Rounds.Count - 1) (Current, followedSince) = (prepare ?? Rounds[^1], now);
    }

    private int IndexOf(Round round)
    {
        for (var i = Rounds.Count - 1; i >= 0; i--)
        {
            if (Rounds[i].IsSameAs(round)) return i;
        }

        return -1;
    }
}
