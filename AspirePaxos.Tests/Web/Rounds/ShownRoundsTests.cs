using AspirePaxos.Web.Components.Rounds;
using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;

namespace AspirePaxos.Tests.Web.Rounds;

public sealed class ShownRoundsTests
{
    private readonly ShownRounds shown = new();
    private DateTimeOffset now = Samples.Start;

    [Fact]
    public void The_picture_follows_the_newest_round_but_not_at_once()
    {
        Update(Accepts(1, 2));
        Assert.Equal(2, shown.Current!.Id);
        Update(Accepts(1, 2, 3));
        Assert.Equal(2, shown.Current!.Id);
        Pass(1);
        Update(Accepts(1, 2, 3, 4));
        Assert.Equal(4, shown.Current!.Id);
        Assert.Equal([4, 3, 2, 1], shown.Listed.Select(round => round.Id));
    }

    [Fact]
    public void An_election_comes_into_the_picture_at_once_and_stays_for_a_while()
    {
        Update(Accepts(1));
        Update([.. Accepts(1), Samples.Prepare(9, afterMs: 2), .. Accepts(3)]);
        Assert.Equal(9, shown.Current!.Id);
        Pass(2);
        Update([.. Accepts(1), Samples.Prepare(9, afterMs: 2), .. Accepts(3, 4)]);
        Assert.Equal(9, shown.Current!.Id);
        Pass(5);
        Update([.. Accepts(1), Samples.Prepare(9, afterMs: 2), .. Accepts(3, 4)]);
        Assert.Equal(4, shown.Current!.Id);
    }

    [Fact]
    public void A_round_in_the_picture_is_shown_as_it_ended()
    {
        Update([Samples.Accept(outcome: "open")]);
        Update([Samples.Accept(outcome: "chosen")]);
        Assert.Equal("chosen", shown.Current!.Outcome);
    }

    [Fact]
    public void While_paused_all_stays_as_it_was()
    {
        Update(Accepts(1, 2, 3));
        shown.Pause();
        Update(Accepts(4, 5));
        Assert.Equal([1, 2, 3], shown.Rounds.Select(round => round.Id));
        shown.Resume();
        Update(Accepts(4, 5));
        Assert.Equal([4, 5], shown.Rounds.Select(round => round.Id));
    }

    [Fact]
    public void Who_selects_a_round_pauses_and_the_list_stays()
    {
        Update(Accepts(1, 2, 3));
        shown.Select(shown.Rounds[0]);
        Update(Accepts(4));
        Assert.True(shown.Paused);
        Assert.Equal((1, 0), (shown.Current!.Id, shown.Position));
        Assert.Equal([3, 2, 1], shown.Listed.Select(round => round.Id));
    }

    [Fact]
    public void Rewound_the_list_ends_where_it_did_then()
    {
        Update(Accepts(1, 2, 3));
        shown.Rewind(1);
        Assert.True(shown.Paused);
        Assert.Equal(2, shown.Current!.Id);
        Assert.Equal([2, 1], shown.Listed.Select(round => round.Id));
        shown.Rewind(99);
        Assert.Equal(3, shown.Current!.Id);
        shown.Rewind(-1);
        Assert.Equal(1, shown.Current!.Id);
    }

    [Fact]
    public void With_nothing_to_show_nothing_can_be_rewound()
    {
        shown.Rewind(3);
        Assert.False(shown.Paused);
        Assert.Equal(-1, shown.Position);
        Assert.Empty(shown.Listed);
    }

    [Fact]
    public void The_list_is_short_and_the_rest_is_reached_by_rewinding()
    {
        Update(Accepts([.. Enumerable.Range(1, 200)]));
        Assert.Equal(ShownRounds.MaxListed, shown.Listed.Count);
        shown.Rewind(9);
        Assert.Equal(10, shown.Listed.Count);
    }

    [Fact]
    public void What_nodes_were_asked_for_stands_beside_the_feed_each_round_once()
    {
        Update(Accepts(5, 6));
        shown.Narrow(new RoundFilter(MinMs: 1), Accepts(2, 5));
        Assert.Equal([2, 5, 6], shown.Rounds.Select(round => round.Id));
        shown.Narrow(new RoundFilter(Slot: 2), Accepts(2));
        Assert.Equal(2, Assert.Single(shown.Rounds).Id);
        Assert.Equal(2, shown.Current!.Id);
    }

    [Fact]
    public void A_filter_holds_while_paused_too()
    {
        Update(Accepts(1, 2, 3));
        shown.Pause();
        shown.Narrow(new RoundFilter(Slot: 2), []);
        Assert.Equal([2], shown.Listed.Select(round => round.Id));
        shown.Narrow(RoundFilter.None, []);
        Assert.Equal([3, 2, 1], shown.Listed.Select(round => round.Id));
    }

    private void Update(IReadOnlyList<Round> rounds) => shown.Update(rounds, now);

    private void Pass(double seconds) => now += TimeSpan.FromSeconds(seconds);

    private static Round[] Accepts(params int[] ids) => [.. ids.Select(id => Samples.Accept(id, afterMs: id))];
}
