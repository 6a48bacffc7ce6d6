using System.Globalization;
using System.Text;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Rounds;

/// <summary>
/// Many rounds at a glance: one bar each, side by side from the oldest to the newest, the higher the longer it took (logarithmic). A slow disk
/// lifts them, an election stands out by its colour.
/// </summary>
/// <param name="Width">Of the drawing, in bars.</param>
/// <param name="First">Where the oldest stands: the newest is always at the right edge.</param>
/// <param name="Accepts">A path, as SVG writes it; so are the others.</param>
/// <param name="Remarked">Marks above those that were not as they should be: a slow disk, a peer that did not answer.</param>
/// <param name="Gaps">Marks where nothing began for a while.</param>
internal sealed record RoundStrip(int Width, int First, string Accepts, string Prepares, string Unfinished, string Remarked, string Gaps)
{
    public const int Height = 72;

    /// <summary>At these heights there are lines.</summary>
    public static readonly IReadOnlyList<double> Lines = [1, 10, 100, 1000];

    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(2);

    /// <summary>Fewer rounds than these do not fill the width.</summary>
    private const int MinWidth = 60;

    /// <summary>A tenth of a millisecond and ten seconds: all in between is five powers of ten.</summary>
    private const double Least = 0.1;
    private const double Powers = 5;

    public static RoundStrip Of(IReadOnlyList<Round> rounds)
    {
        var (accepts, prepares, unfinished) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        var (remarked, gaps) = (new StringBuilder(), new StringBuilder());
        var first = Math.Max(0, MinWidth - rounds.Count);
        for (var i = 0; i < rounds.Count; i++)
        {
            var round = rounds[i];
            var path = round.IsPrepare ? prepares : round.Outcome == "chosen" ? accepts : unfinished;
            path.Append(CultureInfo.InvariantCulture, $"M{first + i}.5 {Height}V{Y(round.DurationMs)}");
            if (RoundStory.Remarks(round).Count > 0) remarked.Append(CultureInfo.InvariantCulture, $"M{first + i}.5 0V5");
            if (i > 0 && round.StartedAt - rounds[i - 1].StartedAt >= Gap) gaps.Append(CultureInfo.InvariantCulture, $"M{first + i} 0V{Height}");
        }

        return new(first + rounds.Count, first, accepts.ToString(), prepares.ToString(), unfinished.ToString(), remarked.ToString(), gaps.ToString());
    }

    /// <summary>From the top; even the quickest is seen.</summary>
    public static int Y(double ms) => Height - 3 - (int)Math.Round(Math.Clamp(Math.Log10(Math.Max(ms, Least) / Least) / Powers, 0, 1) * (Height - 10));
}
