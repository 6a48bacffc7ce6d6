using AspirePaxos.Web.Components.Log;
using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;

namespace AspirePaxos.Tests.Web;

public sealed class StateHashesTests
{
    private readonly StateHashes hashes = new();

    [Fact]
    public void Replicas_are_compared_at_a_slot_at_which_both_were_seen_though_not_at_the_same_time()
    {
        Look(("node0", 5, "five"), ("node1", 3, "three"));
        Assert.Null(hashes.Latest());
        Look(("node0", 9, "nine"), ("node1", 5, "five"));
        var states = hashes.Latest()!;
        Assert.Equal(5, states.Through);
        Assert.True(states.Equal);
    }

    [Fact]
    public void Different_states_at_the_same_slot_are_told()
    {
        Look(("node0", 5, "five"), ("node1", 5, "other"), ("node2", 5, "five"));
        Assert.False(hashes.Latest()!.Equal);
    }

    [Fact]
    public void What_a_replica_was_before_it_was_started_anew_does_not_count()
    {
        Look(("node0", 5, "five"), ("node1", 5, "other"));
        Look(("node0", 5, "five"), ("node1", 1, "one"));
        Assert.Null(hashes.Latest());
    }

    private void Look(params (string Node, long Slot, string Hash)[] states) => hashes.Add(new(
        DateTimeOffset.UnixEpoch,
        [.. states.Select(state => new NodeView(
            new NodeClient(state.Node, new Uri("http://127.0.0.1"), new HttpClient()), FirstDifferenceTests.Status(state.Node, state.Slot, hash: state.Hash), "", null, 0))]));
}
