using System.Globalization;
using System.Text;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Observation;

/// <summary>Which rounds a page shows; null and empty: no condition.</summary>
/// <param name="Key">One that the round writes, in full; of a round with many only the first are known.</param>
/// <param name="MinMs">Until the outcome.</param>
/// <param name="Elections">Phase 1 only.</param>
public sealed record RoundFilter(long? Slot = null, string? Key = null, double? MinMs = null, bool Elections = false, string? Trace = null)
{
    public static RoundFilter None { get; } = new();

    public bool IsNone => this == None;

    /// <summary>From what a person typed.</summary>
    /// <returns>What is wrong with it; empty where nothing is.</returns>
    public static string TryParse(string slot, string key, string least, bool elections, out RoundFilter filter)
    {
        filter = new(null, key.Length > 0 ? key : null, null, elections);
        if (slot.Trim() is { Length: > 0 } number)
        {
            if (!long.TryParse(number, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var place) || place < 1) return "A slot is a number from 1 on.";
            filter = filter with { Slot = place };
        }

        if (least.Trim() is { Length: > 0 } milliseconds)
        {
            if (!double.TryParse(milliseconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ms) || ms > int.MaxValue)
            {
                return "The least duration is a number of milliseconds, such as 2.5.";
            }

            filter = filter with { MinMs = ms > 0 ? ms : null };
        }

        return "";
    }

    public bool Matches(Round round) =>
        (Slot is not { } slot || (round.Slot <= slot && slot <= round.Through))
        && (Key is null || round.Keys.Contains(Key))
        && round.DurationMs >= (MinMs ?? 0)
        && (!Elections || round.IsPrepare)
        && (Trace is null || string.Equals(round.TraceId, Trace, StringComparison.OrdinalIgnoreCase));

    /// <summary>The page with this filter.</summary>
    public string Link
    {
        get
        {
            var query = Query(MinMs);
            if (Elections) query.Append("&kind=prepare");
            if (query.Length > 0) query[0] = '?';
            return $"/rounds{(Trace is null ? "" : "/" + Uri.EscapeDataString(Trace))}{query}";
        }
    }

    /// <summary>As a node is asked: it counts in whole milliseconds, and does not tell phases apart.</summary>
    public string NodeQuery
    {
        get
        {
            var query = Query(MinMs is { } least ? Math.Floor(least) : null);
            if (Trace is not null) query.Append("&trace=").Append(Uri.EscapeDataString(Trace));
            return query.ToString();
        }
    }

    private StringBuilder Query(double? least)
    {
        var query = new StringBuilder();
        if (Slot is { } slot) query.Append(CultureInfo.InvariantCulture, $"&slot={slot}");
        if (Key is not null) query.Append("&key=").Append(Uri.EscapeDataString(Key));
        if (least is { } ms) query.Append(CultureInfo.InvariantCulture, $"&minMs={ms}");
        return query;
    }
}
