using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Log;

/// <summary>What a replica knows of a slot.</summary>
public enum SlotState
{
    /// <summary>It knows that a majority accepted it: nothing else will ever stand there.</summary>
    Chosen,

    /// <summary>It accepted it, and does not know that it is chosen.</summary>
    Accepted,
    Absent,

    /// <summary>Dropped: the state stands for it.</summary>
    Truncated,

    /// <summary>The replica does not answer.</summary>
    Silent,
}

/// <summary>What the replicas' columns say together.</summary>
public enum RowVerdict
{
    /// <summary>Whoever keeps it keeps the same.</summary>
    Equal,

    /// <summary>No replica that answers knows it as chosen.</summary>
    Undecided,

    /// <summary>Chosen, and a replica has yet to learn it.</summary>
    Behind,

    /// <summary>A replica accepted something else earlier, which was not chosen: it will be replaced.</summary>
    Superseded,

    /// <summary>Two replicas know different commands as chosen: what must never be.</summary>
    Contradiction,
}

/// <param name="Content">Null where the replica has none to show.</param>
/// <param name="Odd">It keeps other commands than those that stand for the row.</param>
public sealed record LogCell(SlotState State, Ballot? Ballot, SlotContent? Content, bool Odd)
{
    public static LogCell Silent { get; } = new(SlotState.Silent, null, null, false);

    public bool Keeps => Content is not null;
}

/// <param name="Content">What is chosen, or else was accepted with the highest ballot; null where nobody keeps any.</param>
public sealed record LogRow(long Slot, SlotContent? Content, IReadOnlyList<LogCell> Cells, RowVerdict Verdict)
{
    /// <summary>The highest under which a replica accepted it; null where nobody keeps any.</summary>
    public Ballot? Ballot => Cells.Select(cell => cell.Ballot).MaxBy(ballot => (ballot?.Number ?? 0, ballot?.Node));

    /// <summary>Another ballot than in the slot before: another attempt to lead, of the same replica or another one.</summary>
    /// <param name="older">The slot before.</param>
    public bool BeginsBallot(LogRow older) => Ballot is { } now && older.Ballot is { } before && now != before;

    public static LogRow Of(long slot, IReadOnlyList<LogCell> cells)
    {
        var kept = cells.Where(cell => cell.Keeps).ToList();
        var chosen = kept.FirstOrDefault(cell => cell.State == SlotState.Chosen);
        var content = (chosen ?? kept.OrderByDescending(cell => cell.Ballot?.Number).ThenByDescending(cell => cell.Ballot?.Node, StringComparer.Ordinal).FirstOrDefault())?.Content;
        LogCell[] marked = [.. cells.Select(cell => cell with { Odd = cell.Content is { } mine && mine.Hash != content?.Hash })];
        return new(slot, content, marked, VerdictOf(marked, chosen is not null));
    }

    private static RowVerdict VerdictOf(LogCell[] cells, bool chosen) =>
        cells.Any(cell => cell is { Odd: true, State: SlotState.Chosen }) ? RowVerdict.Contradiction
        : !chosen ? cells.Any(cell => cell.State == SlotState.Truncated) ? RowVerdict.Equal : RowVerdict.Undecided
        : cells.Any(cell => cell.Odd) ? RowVerdict.Superseded
        : cells.Any(cell => cell.State is SlotState.Absent or SlotState.Accepted) ? RowVerdict.Behind
        : RowVerdict.Equal;
}

/// <summary>A replica's part of the log; not safe to keep for long: the replica goes on.</summary>
/// <param name="Page">Null where it does not answer; then <paramref name="Trouble"/> says why.</param>
/// <param name="Through">The last slot that it was asked for and answered in full: large pages end early.</param>
internal sealed record ReplicaLog(string Name, LogPage? Page, string Trouble, IReadOnlyDictionary<long, LogCell> Slots, long Through)
{
    public static ReplicaLog SilentFor(string name, string trouble) => new(name, null, trouble, new Dictionary<long, LogCell>(), long.MaxValue);

    public static ReplicaLog Of(string name, LogPage page)
    {
        var cells = page.Slots.ToDictionary(
            slot => slot.Slot,
            slot => new LogCell(slot.Chosen ? SlotState.Chosen : SlotState.Accepted, slot.Ballot, SlotContent.Of(slot), Odd: false));
        return new(name, page, "", cells, page.Next is { } next ? next - 1 : long.MaxValue);
    }

    public LogCell this[long slot] =>
        Page is null ? LogCell.Silent
        : Slots.TryGetValue(slot, out var cell) ? cell
        : new(slot <= Page.TruncatedThrough ? SlotState.Truncated : SlotState.Absent, null, null, Odd: false);
}

/// <summary>Some slots of all replicas' logs, side by side.</summary>
internal static class LogTable
{
    /// <summary>Newest first. Ends below <paramref name="through"/> where a replica's answer does.</summary>
    public static IReadOnlyList<LogRow> Of(IReadOnlyList<ReplicaLog> logs, long from, long through)
    {
        var last = logs.Count == 0 ? 0 : Math.Min(through, logs.Min(log => log.Through));
        var rows = new List<LogRow>();
        for (var slot = last; slot >= from; slot--) rows.Add(LogRow.Of(slot, [.. logs.Select(log => log[slot])]));
        return rows;
    }
}
