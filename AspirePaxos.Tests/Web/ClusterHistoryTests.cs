using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;

namespace AspirePaxos.Tests.Web;

public sealed class ClusterHistoryTests
{
    private readonly DateTimeOffset start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ClusterHistory history = new();

    [Fact]
    public void The_first_look_tells_who_leads()
    {
        history.Add(Look(0, Node("node0", "leader"), Node("node1")));

        Assert.Equal(["node0 leads with ballot 3.node0"], Texts);
    }

    [Fact]
    public void A_leader_that_falls_silent_and_its_successor_are_told()
    {
        history.Add(Look(0, Node("node0", "leader"), Node("node1")));
        history.Add(Look(1, Silent("node0"), Node("node1")));
        history.Add(Look(2, Silent("node0"), Node("node1", "candidate", ballot: 4)));
        history.Add(Look(3, Silent("node0"), Node("node1", "leader", ballot: 4)));
        history.Add(Look(4, Node("node0", boots: 2), Node("node1", "leader", ballot: 4)));

        Assert.Equal(
            ["node0 is silent: nobody listens there", "Nobody leads", "node1 asks for promises to ballot 4.node1", "node1 leads with ballot 4.node1", "node0 answers again"],
            Texts.Skip(1));
    }

    [Fact]
    public void Who_answers_for_the_first_time_does_not_answer_again()
    {
        history.Add(Look(0, Silent("node0")));
        history.Add(Look(1, Node("node0")));

        Assert.Equal(["Nobody leads", "node0 answers"], Texts);
    }

    [Fact]
    public void Any_node_is_the_leader_or_one_that_hears_a_majority()
    {
        var alone = Node("node0") with { Status = Node("node0").Status! with { RecentQuorum = false } };

        Assert.Equal("node2", Look(0, alone, Node("node1"), Node("node2", "leader")).Serving?.Name);
        Assert.Equal("node1", Look(0, alone, Node("node1"), Node("node2", "leader") with { Faults = new(5000) }).Serving?.Name);
        Assert.Equal("node1", Look(0, alone, Node("node1"), Silent("node2")).Serving?.Name);
        Assert.Equal("node0", Look(0, alone, Silent("node1"), Silent("node2")).Serving?.Name);
        Assert.Null(Look(0, Silent("node0")).Serving);
    }

    [Fact]
    public void A_start_between_two_looks_is_seen_by_its_number()
    {
        history.Add(Look(0, Node("node0")));
        history.Add(Look(1, Node("node0", boots: 2)));

        Assert.Contains("node0 was started again", Texts);
    }

    [Fact]
    public void Faults_are_told_when_they_begin_and_end()
    {
        history.Add(Look(0, Node("node0")));
        history.Add(Look(1, Node("node0") with { Faults = new(5000, 200, ["node1", "node2"]) }));
        history.Add(Look(2, Node("node0") with { Faults = NodeFaults.None }));

        Assert.Equal(
            ["node0 is paused", "The disk of node0 takes 200 ms more", "node0 is cut off from node1 and node2", "The disk of node0 is as fast as before", "node0 is connected again"],
            Texts.Skip(1));
    }

    [Fact]
    public void A_lane_is_one_span_for_as_long_as_the_role_stays()
    {
        for (var second = 0; second < 10; second++) history.Add(Look(second, Node("node0", second < 6 ? "follower" : "leader")));

        Assert.Equal([new RoleSpan("follower", At(0), At(6)), new RoleSpan("leader", At(6), At(9))], history.Lanes["node0"]);
    }

    [Fact]
    public void A_follower_that_hears_no_majority_for_a_while_is_told_and_has_a_lane_of_its_own()
    {
        var views = new List<NodeView> { Node("node0") };
        foreach (var heard in (bool[])[false, false, false, false, true])
        {
            var status = views[^1].Status! with { RecentQuorum = heard };
            views.Add(views[^1] with { Status = status, Alone = views[^1].AloneAfter(status, TimeSpan.FromSeconds(0.5)) });
        }

        for (var look = 0; look < views.Count; look++) history.Add(Look(look, views[look]));

        Assert.Equal(["follower", "follower", "follower", "isolated", "isolated", "follower"], views.Select(view => view.State));
        Assert.Equal(["node0 hears no majority", "node0 hears a majority again"], Texts.Skip(1));
        Assert.Equal(["follower", "isolated", "follower"], history.Lanes["node0"].Select(span => span.State));
    }

    [Theory]
    [InlineData("leader")]
    [InlineData("candidate")]
    [InlineData("recovering")]
    public void Who_is_no_follower_is_shown_as_what_it_is_although_it_hears_no_majority(string role)
    {
        var view = Node("node0", role) with { Alone = TimeSpan.FromSeconds(9) };

        Assert.Equal(role, view.State);
    }

    [Fact]
    public void What_is_older_than_the_lane_is_dropped()
    {
        history.Add(Look(0, Node("node0", "leader")));
        history.Add(Look(1, Node("node0")));
        history.Add(Look(1 + (int)ClusterHistory.Kept.TotalSeconds + 1, Node("node0", "candidate")));
        history.Add(Look(2 + (int)ClusterHistory.Kept.TotalSeconds + 1, Node("node0", "leader")));

        Assert.Equal(["follower", "candidate", "leader"], history.Lanes["node0"].Select(span => span.State));
    }

    [Fact]
    public void Of_two_that_call_themselves_leader_the_higher_ballot_counts()
    {
        Assert.Equal("node1", Look(0, Node("node0", "leader", ballot: 3), Node("node1", "leader", ballot: 4)).Leader);
    }

    private IEnumerable<string> Texts => history.Events.Select(happened => happened.Text);

    private DateTimeOffset At(int second) => start.AddSeconds(second);

    private ClusterSnapshot Look(int second, params NodeView[] nodes) => new(At(second), nodes);

    private static NodeView Silent(string name) => new(Client(name), null, "nobody listens there", null, 0);

    private static NodeView Node(string name, string role = "follower", long ballot = 3, long boots = 1) => new(
        Client(name),
        new(name, "cluster", "multi", role, null, new(ballot, name), null, 1, 1, 1, 0, 1, 0, true, null, 0, 0, 0, boots, "0", new(0, 0, 0, 0), "", 0, 0, false, new(0, 0, 0)),
        "", null, 0);

    private static NodeClient Client(string name) => new(name, new Uri("http://127.0.0.1:1"), new HttpClient());
}
