using System.Net;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>What the faults of <see cref="ICluster"/> do to real processes.</summary>
public sealed class LocalClusterTests
{
    [Fact]
    public async Task What_one_replica_acknowledged_all_serve_after_kill_minus_nine_of_each()
    {
        await using var cluster = await LocalCluster.StartAsync();
        using var client = new HttpClient();
        foreach (var name in cluster.Names) await WriteAsync(client, new Uri(cluster.Url(name), $"/v1/kv/{name}"), name);

        foreach (var name in cluster.Names) await cluster.KillAsync(name);
        Assert.All(cluster.Names, name => Assert.False(cluster.IsRunning(name)));
        foreach (var name in cluster.Names) await cluster.StartAsync(name);
        await cluster.ReadyAsync();

        foreach (var reader in cluster.Names)
        {
            foreach (var name in cluster.Names) Assert.Equal(name, await ReadAsync(client, new Uri(cluster.Url(reader), $"/v1/kv/{name}")));
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

    [Fact]
    public async Task A_healthy_cluster_writes_nothing_into_its_log()
    {
        // Long enough for a machine that is busy with other tests: an election may be told.
        await using var cluster = await LocalCluster.StartAsync(settings: new Dictionary<string, string> { ["Paxos__ElectionTimeout"] = "5000" });
        using var client = new HttpClient();
        await WriteThroughAllAsync("first");
        var said = cluster.Names.Select(cluster.Output).ToList();
        for (var i = 0; i < 50; i++) await WriteThroughAllAsync($"{i}");

        Assert.All(said, output => Assert.Contains("listens on", output, StringComparison.Ordinal));
        Assert.Equal(said, cluster.Names.Select(cluster.Output));

        async Task WriteThroughAllAsync(string value)
        {
            foreach (var name in cluster.Names) await WriteAsync(client, new Uri(cluster.Url(name), $"/v1/kv/{name}"), value);
        }
    }

    /// <summary>As the interface asks of a client: what was not proposed, or may have happened, is repeated with the same Idempotency-Key.</summary>
    private static Task WriteAsync(HttpClient client, Uri key, string value)
    {
        var idempotencyKey = Guid.NewGuid().ToString();
        return Eventually.HoldsAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Put, key) { Content = new StringContent(value) };
                request.Headers.Add("Idempotency-Key", idempotencyKey);
                using var answer = await client.SendAsync(request);
                return Settled(answer);
            },
            $"{key} is written");
    }

    private static async Task<string> ReadAsync(HttpClient client, Uri key)
    {
        var value = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await client.GetAsync(key);
                value = await answer.Content.ReadAsStringAsync();
                return Settled(answer);
            },
            $"{key} is read");
        return value;
    }

    /// <summary>False where the answer asks for another attempt, which a change of leader can make it do at any time; any other refusal fails.</summary>
    private static bool Settled(HttpResponseMessage answer)
    {
        if (answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout) return false;
        Assert.True(answer.IsSuccessStatusCode, answer.ToString());
        return true;
    }
}
