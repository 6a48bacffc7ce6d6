using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Keys;

/// <summary>What a page of keys is asked with.</summary>
/// <param name="Local">What that node knows, instead of the latest.</param>
/// <param name="Node">Empty: any.</param>
public sealed record KeyQuery(string Prefix, bool Local, string Node);

public enum RowChange
{
    None,
    New,
    Changed,
}

/// <param name="Shown">The key in one line.</param>
/// <param name="Value">In one line, shortened.</param>
/// <param name="Bytes">Length of the value.</param>
/// <param name="Change">Since the look before.</param>
public sealed record KeyRow(string Key, string Shown, string Value, bool IsText, int Bytes, long Revision, long CreatedRevision, RowChange Change)
{
    private const int MostCharacters = 120;

    /// <summary>Enough of a value for a row, and a little more: so it is seen that there is more.</summary>
    public const int ValueBytes = 4 * (MostCharacters + 1);

    public static KeyRow Of(KeyEntry entry, RowChange change)
    {
        var bytes = entry.Bytes;
        var value = Readable.Value(bytes, MostCharacters);
        return new(
            entry.Key, Readable.Line(entry.Key), value, entry.Value is not null, entry.Size,
            entry.Revision, entry.CreatedRevision, change);
    }
}

/// <summary>Walks through the keys page by page, forward and back; the marks are keys, so that pages stay where they are while keys come and go.</summary>
public sealed class KeyListing
{
    public const int PageSize = 50;

    /// <summary>Of each page before this one: behind which key it begins, and how many keys come before it.</summary>
    private readonly Stack<(string? After, int Before)> past = [];
    private string? next;
    private int before;
    private bool taken;

    public KeyQuery Query { get; private set; } = new("", Local: false, "");

    /// <summary>Behind which key the page begins; null: at the first one.</summary>
    public string? After { get; private set; }

    public IReadOnlyList<KeyRow> Rows { get; private set; } = [];

    /// <summary>Of the store as the page shows it; 0 where none came yet.</summary>
    public long Revision { get; private set; }

    public bool HasNext => next is not null;

    public bool HasPrevious => past.Count > 0;

    /// <summary>Whether a page has come since the question was changed.</summary>
    public bool Known => taken;

    public string Position => !taken ? "" : Rows.Count == 0
        ? HasPrevious ? "nothing behind" : "0 keys"
        : $"{Figures.Count(before + 1)}–{Figures.Count(before + Rows.Count)} " + (HasNext ? "and more" : $"of {Figures.Count(before + Rows.Count)}");

    public void Ask(KeyQuery query)
    {
        if (query == Query) return;
        var sameKeys = query.Prefix == Query.Prefix;
        Query = query;
        if (!sameKeys)
        {
            past.Clear();
            (After, before) = (null, 0);
        }

        Forget();
    }

    public void Next()
    {
        if (next is null) return;
        past.Push((After, before));
        (After, before) = (next, before + Rows.Count);
        Forget();
    }

    public void Previous()
    {
        if (!past.TryPop(out var page)) return;
        (After, before) = page;
        Forget();
    }

    /// <summary>An answer to the question as it is now.</summary>
    public void Take(KeyPage page)
    {
        var known = taken ? Rows.ToDictionary(row => row.Key, row => row.Revision) : null;
        Rows = [.. page.Entries.Select(entry => KeyRow.Of(entry, ChangeOf(entry, known)))];
        (Revision, next, taken) = (page.Revision, page.More ? page.After : null, true);
    }

    private static RowChange ChangeOf(KeyEntry entry, Dictionary<string, long>? known) =>
        known is null ? RowChange.None
        : !known.TryGetValue(entry.Key, out var revision) ? RowChange.New
        : revision != entry.Revision ? RowChange.Changed
        : RowChange.None;

    private void Forget() => (Rows, next, taken) = ([], null, false);
}
