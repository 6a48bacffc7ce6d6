using System.Globalization;
using System.Text;

namespace AspirePaxos.Web.Breaking;

/// <summary>
/// The last minute of the console's own writes as lines: from when a write was sent to when it was acknowledged, as high as it took.
/// A quick one is a dot. Coordinates of a picture of <see cref="Width"/> by <see cref="Height"/>, time from left to right.
/// </summary>
/// <param name="Acknowledged">Path data.</param>
/// <param name="Failed">Path data of what was sent in vain.</param>
/// <param name="Waiting">Path data of what is under way.</param>
/// <param name="Leaderless">When nobody led: left edge and width.</param>
internal sealed record WaitChart(
    string Acknowledged, string Failed, string Waiting, IReadOnlyList<(double X, double Width)> Leaderless, IReadOnlyList<ChartMark> Marks)
{
    public const double Width = 600;
    public const double Height = 160;

    public static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    /// <summary>A mark's words take about so much of the width.</summary>
    private const double MarkWidth = Width * 0.28;

    private const int Rows = 3;
    private const double Decades = 4;

    /// <summary>The lines of the scale, with their heights.</summary>
    public static IReadOnlyList<(string Label, double Y)> Scale { get; } =
        [("1 ms", Y(Ms(1))), ("10 ms", Y(Ms(10))), ("0.1 s", Y(Ms(100))), ("1 s", Y(Ms(1_000))), ("10 s", Y(Ms(10_000)))];

    public static WaitChart Of(DateTimeOffset now, TallyPicture tally, IEnumerable<LeaderGap> gaps, IEnumerable<FaultAction> actions)
    {
        var (acknowledged, failed, waiting) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        foreach (var attempt in tally.Recent) Draw(attempt.Ok ? acknowledged : failed, attempt.From, attempt.Through, now);

        // As old as they are now.
        foreach (var sent in tally.Waiting.Where(sent => now - sent > Ms(50))) Draw(waiting, sent, now, now);
        return new(
            acknowledged.ToString(), failed.ToString(), waiting.ToString(),
            [.. gaps.Where(gap => (gap.Through ?? now) > now - Span).Select(gap => (X(gap.From, now), X(gap.Through ?? now, now) - X(gap.From, now)))],
            Place(actions.Where(action => action.Mark != "" && action.At > now - Span && action.At <= now).Select(action => (action.Mark, X(action.At, now)))));
    }

    /// <summary>Logarithmic: a millisecond is at the bottom, ten seconds are at the top.</summary>
    public static double Y(TimeSpan wait) =>
        Math.Round(Height * (1 - Math.Log10(Math.Clamp(wait.TotalMilliseconds, 1, 10_000)) / Decades), 1);

    private static double X(DateTimeOffset at, DateTimeOffset now) => Math.Round(Width * Math.Clamp(1 - (now - at) / Span, 0, 1), 1);

    private static void Draw(StringBuilder path, DateTimeOffset from, DateTimeOffset through, DateTimeOffset now)
    {
        if (now - through > Span) return;

        // A line of no length is drawn too, as its round ends.
        path.Append(CultureInfo.InvariantCulture, $"M{X(from, now)} {Y(through - from)}H{X(through, now)}");
    }

    /// <summary>In rows, so that words do not lie on each other; where all rows are taken, a mark has no words.</summary>
    private static List<ChartMark> Place(IEnumerable<(string Text, double X)> marks)
    {
        var ends = new double[Rows];
        Array.Fill(ends, double.NegativeInfinity);
        var placed = new List<ChartMark>();
        foreach (var (text, x) in marks)
        {
            // Words begin at the mark, or end there where they would leave the picture.
            var left = x > Width - MarkWidth ? x - MarkWidth : x;
            var row = Array.FindIndex(ends, end => end <= left);
            if (row >= 0) ends[row] = left + MarkWidth;
            placed.Add(new(x, row, x > Width - MarkWidth, text));
        }

        return placed;
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}

/// <param name="Row">From the top; below 0 where there is no room for words.</param>
/// <param name="ToLeft">The words end at the mark.</param>
internal sealed record ChartMark(double X, int Row, bool ToLeft, string Text);
