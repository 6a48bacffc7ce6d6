using AspirePaxos.Web.Components.Rounds;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Tests.Web.Rounds;

public sealed class RoundLayoutTests
{
    [Fact]
    public void Replicas_have_lanes_in_their_order_and_the_proposer_is_marked()
    {
        var lanes = Of(Samples.Accept()).Lanes;
        Assert.Equal(["node0", "node1", "node2"], lanes.Select(lane => lane.Node));
        Assert.Equal(["node2"], lanes.Where(lane => lane.Proposes).Select(lane => lane.Node));
        Assert.Equal(["late", "good", ""], lanes.Select(lane => lane.Tone));
        Assert.Equal(lanes.Select(lane => lane.Y).Order(), lanes.Select(lane => lane.Y));
    }

    [Fact]
    public void A_request_meets_the_lane_of_its_peer_half_way_to_the_answer()
    {
        var plan = Of(Samples.Accept());
        var arrow = plan.Arrows.Single(arrow => arrow.ToY == plan.Lanes[1].Y);
        Assert.Equal(plan.Lanes[2].Y, arrow.FromY);
        Assert.Equal((arrow.Start + arrow.End!.Value) / 2, arrow.Middle, 5);
        Assert.Equal(plan.Scale.Percent(0.2), arrow.Start);
        Assert.Equal("good", arrow.Tone);
    }

    [Fact]
    public void The_quorum_is_marked_where_the_yes_came_that_made_it_and_what_came_later_is_late()
    {
        var plan = Of(Samples.Accept());
        Assert.Equal((1.9, plan.Scale.Percent(1.9)), (plan.Outcome, plan.OutcomeAt));
        Assert.Equal(["own", "late", "good", "own"], plan.Rows.Select(row => row.Tone));
    }

    [Fact]
    public void A_yes_between_the_quorum_and_the_moment_when_that_was_worked_out_is_late_as_it_stands_behind_the_line()
    {
        var plan = Of(Samples.Accept(steps: [Samples.Persist("node2", 0, 1.5), Samples.Asked("node0", 0.1, 1.95), Samples.Asked("node1", 0.2, 1.9)]));
        Assert.Equal(["late", "good"], plan.Arrows.Select(arrow => arrow.Tone));
        Assert.All(plan.Arrows, arrow => Assert.Equal(arrow.Tone == "late", arrow.End > plan.OutcomeAt));
    }

    [Fact]
    public void A_round_that_was_given_up_is_marked_where_it_was() => Assert.Equal(418, Of(Samples.Accept(outcome: "stepped-down", durationMs: 418)).Outcome);

    [Fact]
    public void Without_enough_known_answers_the_mark_is_where_the_outcome_was_worked_out() =>
        Assert.Equal(2, Of(Samples.Accept(steps: [Samples.Persist("node2", 0, 1.5), Samples.Asked("node1", 0.2, 2.4)])).Outcome);

    [Fact]
    public void Who_accepted_or_has_yet_to_answer_learns_with_the_next_message()
    {
        var plan = Of(Samples.Accept(steps: [Samples.Persist("node2", 0, 1.5), Samples.Asked("node0", 0.1, null, null), Samples.Asked("node1", 0.2, 1.9)]));
        Assert.Equal([plan.Lanes[0].Y, plan.Lanes[1].Y], plan.Learning);
        Assert.Empty(Of(Samples.Accept(steps: [Samples.Asked("node0", 0.1, null, "lost"), Samples.Asked("node1", 0.2, 1.9, "chosen")])).Learning);
        Assert.Empty(Of(Samples.Prepare()).Learning);
        Assert.Empty(Of(Samples.Accept(outcome: "open")).Learning);
    }

    [Fact]
    public void A_dead_peer_gets_a_request_that_does_not_arrive()
    {
        var plan = Of(Samples.Prepare());
        var arrow = plan.Arrows.Single(arrow => arrow.ToY == plan.Lanes[2].Y);
        Assert.Equal(("lost", null, false), (arrow.Tone, arrow.End, arrow.Awaited));
        Assert.Equal(("no answer", "lost"), (plan.Lanes[2].Note, plan.Lanes[2].Tone));
        Assert.Equal("no answer", plan.Rows.Single(row => row.Label == "prepare → node2").Text);
    }

    [Fact]
    public void An_answer_beyond_the_edge_is_awaited_and_its_time_is_told()
    {
        var plan = Of(Samples.Accept(steps: [Samples.Persist("node2", 0, 1.6), Samples.Asked("node0", 0, 302), Samples.Asked("node1", 0, 2)]));
        var arrow = plan.Arrows[0];
        Assert.Equal((null, true, "late"), (arrow.End, arrow.Awaited, arrow.Tone));
        var row = plan.Rows.Single(row => row.Label == "accept → node0");
        Assert.True(row.Cut);
        Assert.Equal((100, "accepted 302 ms"), (row.To, row.Text));
    }

    [Fact]
    public void A_slow_disk_has_a_colour_of_its_own()
    {
        var plan = Of(Samples.Accept(steps: [Samples.Persist("node2", 0, 301), Samples.Asked("node0", 0, 2), Samples.Asked("node1", 0, 2)]));
        Assert.Equal(("slow", true), (plan.Bars[0].Tone, plan.Bars[0].Cut));
        Assert.Equal("slow", plan.Rows[0].Tone);
    }

    [Fact]
    public void An_open_round_has_no_outcome_and_its_bars_go_to_the_edge()
    {
        var plan = Of(Samples.Accept(outcome: "open", durationMs: 1000, steps: [Samples.Persist("node2", 0, null), Samples.Asked("node0", 0.1, null, null)]));
        Assert.Null(plan.OutcomeAt);
        Assert.All(plan.Rows, row => Assert.Equal(100, row.To));
        Assert.True(plan.Arrows[0].Awaited);
        Assert.Equal(["waiting", "not asked", "proposer"], plan.Lanes.Select(lane => lane.Note));
        Assert.All(plan.Rows, row => Assert.False(row.Cut));
    }

    [Fact]
    public void A_peer_that_was_asked_again_is_judged_by_the_answer_it_gave_at_last()
    {
        var plan = Of(Samples.Accept(durationMs: 420, steps: [Samples.Asked("node0", 0.1, null, "lost"), Samples.Asked("node0", 300, 420)]));
        Assert.Equal("accepted", plan.Lanes[0].Note);
        Assert.Equal(["lost", "good"], plan.Arrows.Select(arrow => arrow.Tone));
    }

    [Fact]
    public void A_replica_that_service_discovery_does_not_know_has_a_lane_too() =>
        Assert.Equal(["node0", "node2", "node1"], RoundLayout.Of(Samples.Accept(), ["node0"]).Lanes.Select(lane => lane.Node));

    [Theory]
    [InlineData(0, 20, "after")]
    [InlineData(30, 95, "inside")]
    [InlineData(90, 95, "before")]
    public void Text_stands_where_it_has_room(double from, double to, string place) =>
        Assert.Equal(place, new WaterfallRow("", 0, 0, from, to, "", "", false).TextAt);

    private static RoundLayout Of(Round round) => RoundLayout.Of(round, Samples.Nodes);
}
