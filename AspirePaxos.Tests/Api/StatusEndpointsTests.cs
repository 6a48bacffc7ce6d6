using AspirePaxos.Node;
using AspirePaxos.Node.Api;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Api;

public sealed class StatusEndpointsTests
{
    private static readonly NodeId self = new("a");
    private static readonly NodeId leader = new("b");
    private static readonly NodeId other = new("c");

    [Fact]
    public void A_follower_claims_nothing_about_a_follower_that_it_does_not_hear()
    {
        var never = Other(StatusEndpoints.Cluster(StatusOf(Role.Follower, leader, new PeerPicture(other, null, 0, 0))));
        var before = Other(StatusEndpoints.Cluster(StatusOf(Role.Follower, leader, new PeerPicture(other, TimeSpan.FromMinutes(1), 5, 5))));

        Assert.Equal(("unknown", null, null, null, null), (never.Role, never.LastHeardMs, never.CommitIndex, never.AppliedIndex, never.Lag));
        Assert.Equal((60_000, null, null, null), (before.LastHeardMs, before.CommitIndex, before.AppliedIndex, before.Lag));
    }

    [Fact]
    public void A_leader_keeps_what_a_silent_follower_said_last()
    {
        var never = Other(StatusEndpoints.Cluster(StatusOf(Role.Leader, self, new PeerPicture(other, null, 0, 0))));
        var silent = Other(StatusEndpoints.Cluster(StatusOf(Role.Leader, self, new PeerPicture(other, TimeSpan.FromMinutes(1), 5, 4))));
        var heard = Other(StatusEndpoints.Cluster(StatusOf(Role.Leader, self, new PeerPicture(other, TimeSpan.FromMilliseconds(50), 7, 6))));

        Assert.Equal((null, null, null), (never.CommitIndex, never.AppliedIndex, never.Lag));
        Assert.Equal((5, 4, null), (silent.CommitIndex, silent.AppliedIndex, silent.Lag));
        Assert.Equal((7, 6, 3), (heard.CommitIndex, heard.AppliedIndex, heard.Lag));
    }

    private static ReplicaBody Other(ClusterBody cluster) => cluster.Replicas.Single(replica => replica.Node == other.Name);

    private static ReplicaStatus StatusOf(Role role, NodeId leads, params PeerPicture[] peers) => new(
        new Identity(self, 1, 1), "cluster", Mode.Multi, role, leads, new Ballot(1, leads), new Ballot(1, leads),
        10, 10, 10, 10, 1, true, null, TimeSpan.Zero, TimeSpan.Zero, 0, peers)
    { KnownCommitIndex = 10 };
}
