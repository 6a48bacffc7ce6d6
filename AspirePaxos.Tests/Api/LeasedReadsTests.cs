using System.Text.Json;
using AspirePaxos.Node;

namespace AspirePaxos.Tests.Api;

/// <summary>Three nodes with <see cref="NodeOptions.LeasedReads"/>.</summary>
public sealed class LeasedReadsTests : IAsyncLifetime
{
    private InProcessCluster cluster = null!;

    public async ValueTask InitializeAsync() => cluster = await InProcessCluster.StartAsync(3, ("LeasedReads", "true"));

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task The_leader_comes_to_hold_a_lease_and_nobody_else_does()
    {
        await LeaseAsync();

        Assert.Single(await HoldersAsync());
    }

    [Fact]
    public async Task A_leased_read_through_any_node_shows_what_was_just_written_through_another()
    {
        await LeaseAsync();
        for (var i = 0; i < 30; i++)
        {
            var target = new Uri("/v1/kv/leased", UriKind.Relative);
            using var written = await cluster.Clients[i % 3].PutAsync(target, new StringContent($"{i}"));
            written.EnsureSuccessStatusCode();

            Assert.Equal($"{i}", await cluster.Clients[i / 3 % 3].GetStringAsync(new Uri("/v1/kv/leased?consistency=leased", UriKind.Relative)));
            using var page = JsonDocument.Parse(await cluster.Clients[i / 9 % 3].GetStringAsync(new Uri("/v1/kv?prefix=leased&consistency=leased", UriKind.Relative)));
            Assert.Equal($"{i}", page.RootElement.GetProperty("entries")[0].GetProperty("value").GetString());
        }
    }

    private Task LeaseAsync() => Eventually.HoldsAsync(async () => (await HoldersAsync()).Count > 0, "the leader holds a lease");

    private async Task<List<int>> HoldersAsync()
    {
        var holders = new List<int>();
        for (var node = 0; node < 3; node++)
        {
            if (await cluster.Loop(node).InspectAsync((replica, _) => replica.HoldsLease(MonotonicClock.Milliseconds))) holders.Add(node);
        }

        return holders;
    }
}
