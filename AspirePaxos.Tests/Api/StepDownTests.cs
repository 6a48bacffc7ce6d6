using System.Net;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Api;

public sealed class StepDownTests
{
    [Fact]
    public async Task The_leader_hands_over_and_a_follower_refuses()
    {
        await using var cluster = await InProcessCluster.StartAsync(3, ("EnableCrashEndpoint", "true"));
        var leader = await LeaderAsync(cluster);

        using var refused = await cluster.Clients[(leader + 1) % 3].PostAsync(new Uri("/step-down", UriKind.Relative), content: null);
        using var done = await cluster.Clients[leader].PostAsync(new Uri("/step-down", UriKind.Relative), content: null);

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.NotEqual(leader, await LeaderAsync(cluster));
        using var written = await cluster.Clients[leader].PutAsync(new Uri("/v1/kv/after", UriKind.Relative), new StringContent("handover"));
        Assert.True(written.IsSuccessStatusCode, written.ToString());
    }

    [Fact]
    public async Task It_is_not_there_unless_it_is_enabled()
    {
        await using var cluster = await InProcessCluster.StartAsync(1);

        using var answer = await cluster.Clients[0].PostAsync(new Uri("/step-down", UriKind.Relative), content: null);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static async Task<int> LeaderAsync(InProcessCluster cluster)
    {
        var leader = -1;
        await Eventually.HoldsAsync(
            () => (leader = Enumerable.Range(0, 3).FirstOrDefault(node => cluster.Status(node).Role == Role.Leader, -1)) >= 0, "somebody leads");
        return leader;
    }
}
