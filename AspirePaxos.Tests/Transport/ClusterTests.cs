using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Transport;

/// <summary>Three nodes over real HTTP and real files.</summary>
public sealed class ClusterTests
{
    [Theory]
    [InlineData(Mode.Multi)]
    [InlineData(Mode.Simple)]
    public async Task What_any_node_was_told_every_node_answers(Mode mode)
    {
        await using var nodes = new NodesInProcess(3, mode);
        await nodes.StartAsync();
        await nodes.ReadyAsync();

        foreach (var node in nodes.Running)
        {
            var outcome = await nodes.PutAsync(node, $"written at {node}", "x:true\n;y");
            Assert.Equal(OutcomeKind.Done, outcome.Kind);
            foreach (var reader in nodes.Running) Assert.Equal("x:true\n;y", await nodes.GetAsync(reader, $"written at {node}"));
        }
    }

    [Fact]
    public async Task One_node_alone_is_a_cluster()
    {
        await using var nodes = new NodesInProcess(1);
        await nodes.StartAsync();
        await nodes.ReadyAsync();

        Assert.Equal(OutcomeKind.Done, (await nodes.PutAsync("node0", "k", "v")).Kind);
        Assert.Equal("v", await nodes.GetAsync("node0", "k"));
    }

    /// <remarks>No write comes by itself: what is due is known from the restored state alone.</remarks>
    [Fact]
    public async Task A_leader_that_was_restarted_forgets_an_expired_key_without_another_write()
    {
        await using var nodes = new NodesInProcess(1, changed: new() { ["Paxos:IdempotencyRetention"] = "3000" });
        await nodes.StartAsync();
        await nodes.ReadyAsync();
        await nodes["node0"].WriteAsync(new Put("k", "v"u8.ToArray(), default, "once").Encode(), default);
        Assert.Equal(1, await nodes["node0"].InspectAsync((_, store) => store.IdempotencyKeys));
        await nodes.StopAsync("node0");

        await nodes.StartAsync("node0");
        Assert.Equal(1, await nodes["node0"].InspectAsync((_, store) => store.IdempotencyKeys));
        await Eventually.HoldsAsync(async () => await nodes["node0"].InspectAsync((_, store) => store.IdempotencyKeys) == 0, "the key is forgotten");
    }

    [Fact]
    public async Task Many_writes_at_once_through_all_nodes_are_all_there_and_the_logs_are_equal()
    {
        await using var nodes = new NodesInProcess();
        await nodes.StartAsync();
        await nodes.LeaderAsync();

        var names = nodes.Running.ToArray();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 600).Select(i => nodes.PutAsync(names[i % 3], $"k{i}", $"v{i}")));
        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Done, outcome.Kind));
        for (var i = 0; i < 600; i++) Assert.Equal($"v{i}", await nodes.GetAsync(names[(i + 1) % 3], $"k{i}"));

        var applied = names.Max(node => nodes[node].Status.AppliedIndex);
        await Eventually.HoldsAsync(() => names.All(node => nodes[node].Status.AppliedIndex == applied), "all apply everything");
        var logs = await Task.WhenAll(names.Select(node => nodes[node].InspectAsync((replica, store) =>
            (Log: string.Join('\n', Enumerable.Range(1, (int)applied).Select(slot => replica.Record(slot)!.Value.Command.ToString())), State: store.Fingerprint())).AsTask()));
        Assert.Single(logs.Distinct());
    }

    [Fact]
    public async Task A_leader_that_stops_hands_over_and_comes_back_with_what_it_missed()
    {
        await using var nodes = new NodesInProcess();
        await nodes.StartAsync();
        var left = await nodes.LeaderAsync();
        await nodes.PutAsync(left, "before", "1");

        await nodes.StopAsync(left);
        var next = await nodes.LeaderAsync();
        Assert.NotEqual(left, next);
        Assert.Equal(OutcomeKind.Done, (await nodes.PutAsync(next, "meanwhile", "2")).Kind);

        await nodes.StartAsync(left);
        await nodes.ReadyAsync();
        Assert.Equal("1", await nodes.GetAsync(left, "before"));
        Assert.Equal("2", await nodes.GetAsync(left, "meanwhile"));
        Assert.Equal(2, nodes[left].Status.Self.BootCounter);
    }

    [Fact]
    public async Task After_a_restart_of_all_everything_acknowledged_is_there()
    {
        await using var nodes = new NodesInProcess();
        await nodes.StartAsync();
        await nodes.LeaderAsync();
        for (var i = 0; i < 50; i++) Assert.Equal(OutcomeKind.Done, (await nodes.PutAsync($"node{i % 3}", $"k{i}", $"v{i}")).Kind);
        var cluster = nodes["node0"].Status.ClusterId;

        foreach (var node in nodes.Running.ToArray()) await nodes.StopAsync(node);
        await nodes.StartAsync();
        await nodes.LeaderAsync();

        for (var i = 0; i < 50; i++) Assert.Equal($"v{i}", await nodes.GetAsync($"node{(i + 1) % 3}", $"k{i}"));
        Assert.NotEmpty(cluster);
        Assert.All(nodes.Running, node => Assert.Equal(cluster, nodes[node].Status.ClusterId));
    }
}
