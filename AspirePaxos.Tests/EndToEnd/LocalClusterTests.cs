using System.Net;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>What the faults of <see cref="ICluster"/> do to real processes.</summary>
public sealed class LocalClusterTests
{
    [Fact]
    public async Task What_one_replica_acknowledged_all_serve_after_kill_minus_nine_of_each()
    {
        await using var cluster = await LocalCluster.StartAsync();
        using var client = new HttpClient();
        foreach (var name in cluster.Names)
        {
            using var written = await client.PutAsync(new Uri(cluster.Url(name), $"/v1/kv/{name}"), new StringContent(name));
            Assert.True(written.IsSuccessStatusCode, await written.Content.ReadAsStringAsync());
        }

        foreach (var name in cluster.Names) await cluster.KillAsync(name);
        Assert.All(cluster.Names, name => Assert.False(cluster.IsRunning(name)));
        foreach (var name in cluster.Names) await cluster.StartAsync(name);
        await cluster.ReadyAsync();

        foreach (var reader in cluster.Names)
        {
            foreach (var name in cluster.Names) Assert.Equal(name, await client.GetStringAsync(new Uri(cluster.Url(reader), $"/v1/kv/{name}")));
        }
    }

    [Fact]
    public async Task A_replica_alone_is_not_ready_and_acknowledges_nothing()
    {
        await using var cluster = await LocalCluster.StartAsync();
        using var client = new HttpClient();
        var (alone, others) = (cluster.Names[0], cluster.Names.Skip(1).ToArray());
        foreach (var name in others) await cluster.StopAsync(name);

        using var refused = await client.PutAsync(new Uri(cluster.Url(alone), "/v1/kv/k"), new StringContent("v"));

        Assert.True(refused.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout, refused.ToString());
        foreach (var name in others) await cluster.StartAsync(name);
        await cluster.ReadyAsync();
    }
}
