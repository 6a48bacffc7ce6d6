using AspirePaxos.Tests.Api;
using AspirePaxos.Web.Breaking;
using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using static AspirePaxos.Tests.Web.LyingStore;

namespace AspirePaxos.Tests.Web;

public sealed class OwnWritesTests
{
    [Theory]
    [InlineData(nameof(Lie.StaleRead))]
    [InlineData(nameof(Lie.LostWrite))]
    [InlineData(nameof(Lie.ValueFromNowhere))]
    [InlineData(nameof(Lie.OlderValueComesBack))]
    [InlineData(nameof(Lie.TakesEffectTwice))]
    public async Task A_store_that_breaks_its_word_is_found_out(string lie)
    {
        using var store = new LyingStore(Enum.Parse<Lie>(lie));
        await using var writes = Over(store.Nodes());
        writes.Start();

        await Eventually.HoldsAsync(() => writes.Now.Tally.ViolationCount > 0, () => $"{writes.Now.Tally}");
        Assert.Contains("console/check/", writes.Now.Tally.Violations[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(Lie.None))]
    [InlineData(nameof(Lie.FailsHalf))]
    public async Task A_store_that_keeps_its_word_is_believed_also_where_answers_are_lost(string lie)
    {
        using var store = new LyingStore(Enum.Parse<Lie>(lie));
        await using var writes = Over(store.Nodes());
        writes.Start();

        await Eventually.HoldsAsync(() => writes.Now.Tally is { Writes: > 20, Reads: > 20 }, () => $"{writes.Now.Tally}");
        Assert.Equal((0, lie == nameof(Lie.FailsHalf)), (writes.Now.Tally.ViolationCount, writes.Now.Tally.Unknown > 0));
        Assert.Equal(3, store.Keys.Count);

        await writes.StopAsync();
        Assert.False(writes.Now.Running);
        Assert.Empty(store.Keys);
    }

    [Fact]
    public async Task Each_run_has_keys_of_its_own_and_a_second_start_changes_nothing()
    {
        using var store = new LyingStore(Lie.None);
        await using var writes = Over(store.Nodes());
        Assert.Equal(OwnWritesPicture.None, writes.Now);
        writes.Start();
        var first = writes.Now.Prefix;
        writes.Start();
        Assert.Equal(first, writes.Now.Prefix);
        await writes.StopAsync();
        writes.Start();
        Assert.NotEqual(first, writes.Now.Prefix);
    }

    [Fact]
    public async Task A_real_cluster_stays_right_while_its_leader_is_isolated_and_healed_by_hand()
    {
        await using var cluster = await InProcessCluster.StartAsync(3, ("EnableFaultEndpoints", "true"), ("ElectionTimeout", "500"));
        using var clients = new Clients(cluster);
        var nodes = clients.Nodes();
        using var watch = new ClusterWatch(nodes, TimeProvider.System);
        using var looking = watch.Subscribe(() => { });
        await watch.StartAsync(default);
        var actions = new FaultActions(nodes, watch, TimeProvider.System);
        var experiments = new Experiments(actions, watch);
        await using var writes = new OwnWrites(nodes, watch, TimeProvider.System, NullLogger<OwnWrites>.Instance);
        writes.Start();
        await Eventually.HoldsAsync(() => watch.Now.Leader is not null && writes.Now.Tally is { Writes: > 10, Reads: > 10 }, () => $"{writes.Now.Tally}");

        var leader = watch.Now.Leader!;
        await experiments.All.Single(experiment => experiment.Name == "Isolate the leader").RunAsync();
        Assert.Equal($"{leader} is cut off from {string.Join(" and ", Targets.Others(["node0", "node1", "node2"], leader))}.", actions.Done[^1].Text);
        await Eventually.HoldsAsync(() => watch.Now.Leader is { } other && other != leader && writes.Now.Tally.ReadsFailed > 0, () => $"{writes.Now.Tally}");

        await actions.HealAllAsync();
        Assert.Equal("All replicas were healed.", actions.Done[^1].Text);
        var then = writes.Now.Tally.Writes;
        await Eventually.HoldsAsync(() => writes.Now.Tally.Writes > then + 20 && watch.Now.Nodes.All(node => node.Faults is { Any: false }), () => $"{writes.Now.Tally}");
        Assert.Empty(writes.Now.Tally.Violations);
        await watch.StopAsync(default);
    }

    [Fact]
    public async Task Where_faults_are_off_it_is_said_and_nothing_is_done()
    {
        await using var cluster = await InProcessCluster.StartAsync(1);
        using var clients = new Clients(cluster);
        var nodes = clients.Nodes();
        using var watch = new ClusterWatch(nodes, TimeProvider.System);
        var actions = new FaultActions(nodes, watch, TimeProvider.System);

        await actions.PauseAsync("node0", 5_000);
        await actions.CrashAsync("node0");
        await new Experiments(actions, watch).All[0].RunAsync();

        Assert.Equal(
            ["Nothing was done to node0: its fault endpoints are off (Paxos:EnableFaultEndpoints).", "node0 was not killed: its crash endpoint is off (Paxos:EnableCrashEndpoint).", "Nothing was done: nobody leads now."],
            actions.Done.Select(action => action.Text));
        Assert.All(actions.Done, action => Assert.Empty(action.Mark));
    }

    private static OwnWrites Over(NodeSet nodes) => new(nodes, new ClusterWatch(nodes, TimeProvider.System), TimeProvider.System, NullLogger<OwnWrites>.Instance);

    /// <summary>The nodes of a real cluster, by their names: service discovery is not under test.</summary>
    private sealed class Clients(InProcessCluster cluster) : DelegatingHandler(new SocketsHttpHandler()), IHttpClientFactory
    {
        public NodeSet Nodes() => new(
            new ConfigurationBuilder().AddInMemoryCollection(cluster.Clients.Select((client, i) => KeyValuePair.Create($"services:node{i}:http:0", (string?)client.BaseAddress!.ToString()))).Build(),
            this);

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var index = request.RequestUri!.Host[^1] - '0';
            request.RequestUri = new(cluster.Clients[index].BaseAddress!, request.RequestUri.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
