using AspirePaxos.Web.Breaking;
using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;

namespace AspirePaxos.Tests.Web;

/// <summary>Words, choices and the picture of the page on which clusters are broken.</summary>
public sealed class BreakingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nobody_led_between_two_looks_that_found_leaders()
    {
        Assert.Equal([new LeaderGap(At(5), At(6)), new LeaderGap(At(9), null)], LeaderGap.Of(Lanes(
            ("node0", "leader", 0, 5), ("node0", "silent", 6, 8), ("node0", "follower", 9, 10),
            ("node1", "follower", 0, 5), ("node1", "leader", 6, 9), ("node1", "candidate", 10, 10)), At(10)));
    }

    [Fact]
    public void A_leader_that_has_not_heard_of_its_successor_leaves_no_gap()
    {
        Assert.Empty(LeaderGap.Of(Lanes(("node0", "leader", 0, 7), ("node0", "follower", 8, 10), ("node1", "follower", 0, 4), ("node1", "leader", 5, 10)), At(10)));
    }

    [Fact]
    public void Before_any_leader_was_seen_nobody_led_since_the_first_look()
    {
        Assert.Equal([new LeaderGap(At(3), null)], LeaderGap.Of(Lanes(("node0", "follower", 3, 4), ("node0", "candidate", 5, 6)), At(6)));
        Assert.Empty(LeaderGap.Of(Lanes(), At(6)));
    }

    [Fact]
    public void The_chart_shows_quick_writes_as_dots_and_slow_ones_as_lines_as_high_as_they_took()
    {
        var tally = TallyPicture.Nothing with
        {
            Recent = [new(At(30), At(30).AddMilliseconds(10), true), new(At(40), At(50), false), new(At(-90), At(-80), true)],
            Waiting = [At(59)],
        };
        var chart = WaitChart.Of(At(60), tally, [new(At(-20), At(3)), new(At(54), null)], []);

        Assert.Equal("M300 120H300.1", chart.Acknowledged);
        Assert.Equal("M400 0H500", chart.Failed);
        Assert.Equal("M590 40H600", chart.Waiting);
        Assert.Equal([(0, 30), (540, 60)], chart.Leaderless);
    }

    [Fact]
    public void Marks_in_the_chart_do_not_lie_on_each_other_and_the_late_ones_end_at_their_line()
    {
        FaultAction[] actions = [new(At(-5), "old", ""), new(At(10), "a", ""), new(At(11), "", "not done"), new(At(12), "b", ""), new(At(13), "c", ""), new(At(14), "d", ""), new(At(30), "e", ""), new(At(59), "f", "")];
        var chart = WaitChart.Of(At(60), TallyPicture.Nothing, [], actions);

        Assert.Equal(["a", "b", "c", "d", "e", "f"], chart.Marks.Select(mark => mark.Text));
        Assert.Equal([0, 1, 2, -1, 0, 1], chart.Marks.Select(mark => mark.Row));
        Assert.Equal([false, false, false, false, false, true], chart.Marks.Select(mark => mark.ToLeft));
    }

    [Theory]
    [InlineData(0.1, 160)]
    [InlineData(1, 160)]
    [InlineData(100, 80)]
    [InlineData(10_000, 0)]
    [InlineData(60_000, 0)]
    public void The_scale_of_waits_is_logarithmic_and_bounded(double milliseconds, double height) =>
        Assert.Equal(height, WaitChart.Y(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Faults_are_told_in_words()
    {
        Assert.Equal("", FaultWords.Of(NodeFaults.None));
        Assert.Equal("stands still for 4 s more", FaultWords.Of(new(PausedMs: 3_100)));
        Assert.Equal("needs 200 ms more for each sync to its disk and is cut off from node1 and node2", FaultWords.Of(new(0, 200, ["node1", "node2"])));
    }

    [Fact]
    public void What_was_done_by_hand_is_not_told_again_because_it_was_seen()
    {
        ClusterEvent[] seen = [new(At(0), "", "node1 is paused"), new(At(11), "silent", "node1 is paused"), new(At(12), "candidate", "Nobody leads")];
        FaultAction[] done = [new(At(10), "node1 paused", "node1 is paused for 5 s.")];

        Assert.Equal(["node1 is paused", "node1 is paused for 5 s.", "Nobody leads"], Happenings.Of(seen, done).Select(happened => happened.Text));
    }

    [Fact]
    public void The_tally_forgets_single_writes_after_a_minute_but_not_their_number()
    {
        var tally = new WriteTally();
        for (var i = 0; i < 200; i++)
        {
            tally.Sent("k", At(i));
            tally.Acknowledged("k", At(i), At(i).AddMilliseconds(i));
        }

        tally.Sent("k", At(200));
        tally.Failed(At(200), At(202), unknown: true, "node1: does not answer in time");
        var picture = tally.Picture;
        Assert.Equal((200, 1, 0, TimeSpan.FromMilliseconds(199)), (picture.Writes, picture.Unknown, picture.Refused, picture.LongestWait));
        Assert.InRange(picture.Recent.Count, 60, 70);
        Assert.Equal([At(200)], picture.Waiting);
        Assert.Equal(("node1: does not answer in time", At(202)), (picture.LastWords, picture.LastWordsAt));
        Assert.Equal(TimeSpan.FromSeconds(3), picture.LongestWaitSoFar(At(203)));
    }

    [Fact]
    public void A_majority_to_cut_off_has_the_leader_in_it_and_answers()
    {
        using var store = new LyingStore(LyingStore.Lie.None);
        var nodes = store.Nodes().All;

        Assert.Equal(["node2", "node0"], Targets.Majority(Snapshot(nodes, "follower", "follower", "leader")));
        Assert.Equal(["node1", "node2"], Targets.Majority(Snapshot(nodes, "", "follower", "candidate")));
        Assert.Empty(Targets.Majority(Snapshot(nodes, "", "", "follower")));
        Assert.Equal("node1", Targets.Follower(Snapshot(nodes, "leader", "follower", "follower")));
        Assert.Null(Targets.Follower(Snapshot(nodes, "leader", "", "")));
    }

    private static ClusterSnapshot Snapshot(IReadOnlyList<NodeClient> nodes, params string[] roles) =>
        new(Noon, [.. nodes.Zip(roles, (node, role) => new NodeView(node, role == "" ? null : Status(node.Name, role), "", NodeFaults.None, 0))]);

    private static NodeStatus Status(string node, string role) => new(
        node, "", "multi", role, null, new(1, node), null, 0, 0, 0, 0, 0, 0, true, null, 0, 0, 0, 1, "", new(0, 0, 0, 0), "", 0, 0, false, new(0, 0, 0));

    private static DateTimeOffset At(double seconds) => Noon.AddSeconds(seconds);

    private static Dictionary<string, IReadOnlyList<RoleSpan>> Lanes(params (string Node, string Role, int From, int Through)[] spans) => spans
        .GroupBy(span => span.Node)
        .ToDictionary(lane => lane.Key, lane => (IReadOnlyList<RoleSpan>)[.. lane.Select(span => new RoleSpan(span.Role, At(span.From), At(span.Through)))]);
}
