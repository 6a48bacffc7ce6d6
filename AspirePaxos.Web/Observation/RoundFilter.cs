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

/// <summary>A filter as a person typed it, or as it stands in an address.</summary>
/// <param name="Kind">Only <c>prepare</c> narrows; empty: all.</param>
public sealed record RoundQuery(string Slot, string Key, string MinMs, string Kind)
{
    /// <summary>As it is typed when it comes from a filter.</summary>
    public static RoundQuery Of(RoundFilter filter) => new(
        filter.Slot?.ToString(CultureInfo.InvariantCulture) ?? "", filter.Key ?? "", filter.MinMs?.ToString(CultureInfo.InvariantCulture) ?? "",
        filter.Elections ? "prepare" : "");

    /// <param name="filter">Of what is right.</param>
    /// <returns>What is wrong with the rest; empty where nothing is.</returns>
    public string TryParse(out RoundFilter filter)
    {
        var wrong = new List<string>();
        filter = new(null, Key.Length > 0 ? Key : null, null, Kind == "prepare");
        if (Slot.Trim() is { Length: > 0 } number)
        {
            if (long.TryParse(number, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var place) && place >= 1) filter = filter with { Slot = place };
            else wrong.Add("A slot is a number from 1 on.");
        }

        if (MinMs.Trim() is { Length: > 0 } milliseconds)
        {
            if (!double.TryParse(milliseconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ms) || ms > int.MaxValue)
            {
                wrong.Add("The least duration is a number of milliseconds, such as 2.5.");
            }
            else if (ms > 0)
            {
                filter = filter with { MinMs = ms };
            }
        }

        if (Kind is not ("" or "prepare")) wrong.Add("The kind of a round to look for is prepare, or none for all.");
        return string.Join(' ', wrong);
    }
}
