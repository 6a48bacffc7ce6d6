using AspirePaxos.Web.Components.Keys;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Tests.Web;

public sealed class KeyListingTests
{
    [Fact]
    public void Walks_forward_and_back_over_the_same_marks()
    {
        var listing = new KeyListing();
        listing.Take(Page(more: true, ("a", 1), ("b", 2)));
        Assert.Equal("1–2 and more", listing.Position);
        Assert.False(listing.HasPrevious);

        listing.Next();
        Assert.Equal("b", listing.After);
        Assert.False(listing.Known);
        listing.Take(Page(more: true, ("c", 3), ("d", 4)));
        listing.Next();
        listing.Take(Page(more: false, ("e", 5)));
        Assert.Equal("5–5 of 5", listing.Position);
        Assert.False(listing.HasNext);

        listing.Previous();
        Assert.Equal("b", listing.After);
        listing.Take(Page(more: true, ("c", 3), ("d", 4)));
        Assert.Equal("3–4 and more", listing.Position);
        listing.Previous();
        Assert.Null(listing.After);
        Assert.False(listing.HasPrevious);
    }

    [Fact]
    public void Another_prefix_begins_at_the_first_page_and_another_node_does_not()
    {
        var listing = new KeyListing();
        listing.Take(Page(more: true, ("a", 1)));
        listing.Next();

        listing.Ask(new("", Local: true, "node1"));
        Assert.Equal("a", listing.After);

        listing.Ask(new("x/", Local: true, "node1"));
        Assert.Null(listing.After);
        Assert.False(listing.HasPrevious);
    }

    [Fact]
    public void Marks_what_is_new_or_changed_since_the_look_before_but_nothing_on_the_first_look()
    {
        var listing = new KeyListing();
        listing.Take(Page(more: false, ("a", 1), ("b", 2)));
        Assert.All(listing.Rows, row => Assert.Equal(RowChange.None, row.Change));

        listing.Take(Page(more: false, ("a", 1), ("b", 3), ("c", 4)));
        Assert.Equal([RowChange.None, RowChange.Changed, RowChange.New], listing.Rows.Select(row => row.Change));

        listing.Take(Page(more: false, ("a", 1), ("b", 3), ("c", 4)));
        Assert.All(listing.Rows, row => Assert.Equal(RowChange.None, row.Change));
    }

    [Fact]
    public void Says_so_where_a_prefix_has_no_keys()
    {
        var listing = new KeyListing();
        Assert.Equal("", listing.Position);
        listing.Take(Page(more: false));
        Assert.Equal("0 keys", listing.Position);
    }

    [Fact]
    public void A_row_shows_text_in_one_line_bytes_in_base64_and_little_of_a_long_value()
    {
        Assert.Equal(("a\\nb", "x\\ty"), Shown(new("a\nb", "x\ty", null, 3, 1, 1)));
        Assert.Equal(("k", "base64 /wAB"), Shown(new("k", null, "/wAB", 3, 1, 1)));
        var row = KeyRow.Of(new("k", new string('x', KeyRow.ValueBytes), null, 100_000, 1, 1), RowChange.None);
        Assert.Equal(100_000, row.Bytes);
        Assert.Equal(120, row.Value.Length);
        Assert.EndsWith("…", row.Value, StringComparison.Ordinal);
    }

    private static (string Key, string Value) Shown(KeyEntry entry)
    {
        var row = KeyRow.Of(entry, RowChange.None);
        return (row.Shown, row.Value);
    }

    private static KeyPage Page(bool more, params (string Key, long Revision)[] keys) =>
        new(9, [.. keys.Select(one => new KeyEntry(one.Key, "v", null, 1, one.Revision, 1))], more, more ? keys[^1].Key : null);
}
