using AspirePaxos.Web.Observation;

namespace AspirePaxos.Tests.Web.Rounds;

public sealed class RoundFilterTests
{
    [Theory]
    [InlineData(100, true)]
    [InlineData(123, true)]
    [InlineData(99, false)]
    [InlineData(124, false)]
    public void A_slot_is_found_in_the_round_that_fills_it(long slot, bool found) =>
        Assert.Equal(found, new RoundFilter(Slot: slot).Matches(Samples.Accept() with { Slot = 100, Through = 123 }));

    [Fact]
    public void All_conditions_must_hold()
    {
        var round = Samples.Accept(7, durationMs: 2) with { TraceId = "ABCD" };
        Assert.True(new RoundFilter(7, "key7", 2, false, "abcd").Matches(round));
        Assert.False(new RoundFilter(7, "key8").Matches(round));
        Assert.False(new RoundFilter(MinMs: 2.1).Matches(round));
        Assert.False(new RoundFilter(Trace: "dcba").Matches(round));
        Assert.False(new RoundFilter(Elections: true).Matches(round));
        Assert.True(new RoundFilter(Elections: true).Matches(Samples.Prepare()));
    }

    [Fact]
    public void A_link_says_it_all_and_keeps_odd_keys_whole()
    {
        Assert.Equal("/rounds", RoundFilter.None.Link);
        Assert.Equal("/rounds?slot=7&key=a%26b%2F%C3%BC&minMs=2.5&kind=prepare", new RoundFilter(7, "a&b/ü", 2.5, true).Link);
        Assert.Equal("/rounds/abcd?slot=7", new RoundFilter(7, Trace: "abcd").Link);
    }

    [Fact]
    public void A_node_is_asked_in_whole_milliseconds() =>
        Assert.Equal("&key=a%26b&minMs=2&trace=abcd", new RoundFilter(Key: "a&b", MinMs: 2.5, Elections: true, Trace: "abcd").NodeQuery);

    [Theory]
    [InlineData("", "", "", "/rounds")]
    [InlineData(" 1,234 ", " a ", "0.5", "/rounds?slot=1234&key=%20a%20&minMs=0.5")]
    [InlineData("", "", "0", "/rounds")]
    public void What_is_typed_is_understood(string slot, string key, string least, string link)
    {
        Assert.Empty(new RoundQuery(slot, key, least, "").TryParse(out var filter));
        Assert.Equal(link, filter.Link);
    }

    [Theory]
    [InlineData("x", "", "slot")]
    [InlineData("0", "", "slot")]
    [InlineData("-3", "", "slot")]
    [InlineData("99999999999999999999", "", "slot")]
    [InlineData("", "fast", "duration")]
    [InlineData("", "-1", "duration")]
    [InlineData("", "1e9", "duration")]
    [InlineData("", "9999999999", "duration")]
    public void What_is_not_understood_is_said(string slot, string least, string about) =>
        Assert.Contains(about, new RoundQuery(slot, "", least, "").TryParse(out _), StringComparison.Ordinal);

    [Fact]
    public void What_is_right_holds_although_the_rest_is_not_understood()
    {
        var wrong = new RoundQuery("abc", "k", "2.5", "fast").TryParse(out var filter);

        Assert.Equal(new RoundFilter(Key: "k", MinMs: 2.5), filter);
        Assert.Equal("A slot is a number from 1 on. The kind of a round to look for is prepare, or none for all.", wrong);
    }

    [Fact]
    public void A_filter_is_typed_as_it_is_understood()
    {
        var filter = new RoundFilter(7, "a b", 2.5, Elections: true);
        Assert.Empty(RoundQuery.Of(filter).TryParse(out var again));
        Assert.Equal(filter, again);
    }
}
