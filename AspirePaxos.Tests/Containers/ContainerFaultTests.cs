using AspirePaxos.Tests.EndToEnd;

namespace AspirePaxos.Tests.Containers;

/// <summary>Two cores do not carry these beside others.</summary>
[CollectionDefinition(nameof(ContainerCollection), DisableParallelization = true)]
public sealed class ContainerCollection;

/// <summary>The end-to-end suite over containers, and the faults that only these have.</summary>
[Collection(nameof(ContainerCollection))]
public sealed partial class ContainerFaultTests(ITestOutputHelper output) : FaultsUnderLoad
{
    [Fact]
    public Task The_leader_is_isolated() => InContainersAsync(async (cluster, load) =>
    {
        var leader = await LeaderAsync(cluster);
        await cluster.IsolateAsync(leader);
        await Eventually.HoldsAsync(async () => await LeaderAsync(cluster, except: leader) != leader, "another replica leads");
        await GoesOnAsync(load);
        await cluster.HealAsync();
        await GoesOnAsync(load);
    });

    [Fact]
    public Task The_leader_and_a_follower_do_not_reach_one_another() => InContainersAsync(async (cluster, load) =>
    {
        var leader = await LeaderAsync(cluster);
        var other = cluster.Names.First(name => name != leader);
        await cluster.CutAsync(leader, other);
        await cluster.CutAsync(other, leader);
        await GoesOnAsync(load);
        await cluster.HealAsync();
        await GoesOnAsync(load);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task One_way_is_cut(bool fromLeader) => InContainersAsync(async (cluster, load) =>
    {
        var leader = await LeaderAsync(cluster);
        var other = cluster.Names.First(name => name != leader);
        await cluster.CutAsync(fromLeader ? leader : other, fromLeader ? other : leader);
        await GoesOnAsync(load);
        await cluster.HealAsync();
        await GoesOnAsync(load);
    });

    [Fact]
    public Task A_node_is_replaced_with_an_empty_volume_and_makes_a_quorum() => InContainersAsync(async (cluster, load) =>
    {
        await cluster.ReplaceWithEmptyVolumeAsync("node1");
        await cluster.ReadyAsync("node1");
        await cluster.StopAsync("node0");
        await GoesOnAsync(load);
        await cluster.StartAsync("node0");
    });

    [Fact]
    public Task All_go_down_by_request_and_come_up_again() => InContainersAsync(async (cluster, load) =>
    {
        await Task.WhenAll(cluster.Names.Select(cluster.StopAsync));
        foreach (var name in cluster.Names) await cluster.StartAsync(name);
        await GoesOnAsync(load);
    });

    /// <summary>Clients that send a request again, as docs/operations.md says they should, notice nothing but a wait.</summary>
    [Fact]
    public Task A_new_image_is_rolled_out_and_no_request_fails() => InContainersAsync(
        async (cluster, load) =>
        {
            foreach (var name in cluster.Names)
            {
                await cluster.ReplaceAsync(name, "two");
                await cluster.ReadyAsync();
                await GoesOnAsync(load);
                Assert.Equal("two", await cluster.RevisionAsync(name));
            }

            await load.StopAsync();
            output.WriteLine($"{load.Operations} operations, {load.Repetitions} sent again, the longest took {load.LongestOperation.TotalSeconds:0.00} s");
            Assert.Empty(load.Failures);
        },
        retries: true);

    /// <summary>The restart policy of docker-compose.yaml.</summary>
    [Fact]
    public async Task Compose_starts_again_what_dies()
    {
        await using var cluster = await ContainerCluster.ComposeAsync();
        await UnderLoadAsync(cluster, async load =>
        {
            await LeaderDiesAsync(cluster.KillProcessAsync);
            await LeaderDiesAsync(leader => Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri(cluster.Url(leader), "/crash"))));

            async Task LeaderDiesAsync(Func<string, Task> killAsync)
            {
                var leader = await LeaderAsync(cluster);
                var before = await cluster.RestartsAsync(leader);
                await killAsync(leader);
                await Eventually.HoldsAsync(async () => await cluster.RestartsAsync(leader) > before, $"{leader} is started again");
                await cluster.ReadyAsync();
                await GoesOnAsync(load);
            }
        });
    }

    /// <summary>A write is acknowledged when a majority has it: with one slow disk that is the others, whoever leads.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task The_disk_is_slow(bool ofLeader) => InContainersAsync(async (cluster, load) =>
    {
        var leader = await LeaderAsync(cluster);
        var slow = ofLeader ? leader : cluster.Names.First(name => name != leader);
        foreach (var writesPerSecond in new[] { 20, 2 })
        {
            await cluster.SlowDiskAsync(slow, writesPerSecond);
            await GoesOnAsync(load);
        }

        output.WriteLine($"a client waited {load.LongestGap.TotalSeconds:0.0} s for a write at most; {leader} led, now {await LeaderAsync(cluster)}");
        await cluster.HealDiskAsync(slow);
        await GoesOnAsync(load);
    });

    [Fact]
    public async Task A_volume_is_full_and_the_node_comes_back_once_it_is_larger()
    {
        await Engine.RequireAsync();
        using var disk = new TinyFileSystem("3m,mode=0777");
        await using var cluster = await ContainerCluster.StartAsync(data: new Dictionary<string, string> { ["node2"] = disk.Path });
        await UnderLoadAsync(cluster, async load =>
        {
            Assert.Equal("70", await cluster.ExitCodeAsync("node2"));
            Assert.Contains("the disk is full", cluster.Output("node2"), StringComparison.Ordinal);
            await GoesOnAsync(load);
            disk.Remount("size=256m");
            await cluster.StartAsync("node2");
        });
    }

    private protected override async Task<ICluster> StartAsync(IReadOnlyDictionary<string, string>? settings) => await ContainerCluster.StartAsync(settings);

    private static async Task InContainersAsync(Func<ContainerCluster, Workload, Task> faults, bool retries = false)
    {
        await using var cluster = await ContainerCluster.StartAsync();
        await UnderLoadAsync(cluster, load => faults(cluster, load), retries: retries);
    }
}
