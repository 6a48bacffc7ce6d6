using AspirePaxos.Tests.Api;
using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AspirePaxos.Tests.Web.Rounds;

/// <summary>The feed of real nodes.</summary>
public sealed class RoundFeedTests(ThreeNodes nodes) : ApiTest(nodes), IClassFixture<ThreeNodes>, IAsyncLifetime
{
    private readonly ServiceProvider services = Console(nodes.Cluster.Clients.Select(client => client.BaseAddress!));

    private RoundFeed Feed => services.GetRequiredService<RoundFeed>();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => services.DisposeAsync();

    [Fact]
    public async Task It_tells_what_was_and_what_is_while_somebody_looks()
    {
        await TextAsync("PUT", "/v1/kv/feed-before", "v");
        Assert.Empty(Feed.Now.Rounds);
        using (Feed.Look())
        {
            await UntilHeardAsync("feed-before");
            Assert.Contains(Feed.Now.Rounds, round => round.IsPrepare);
            await Eventually.HoldsAsync(() => Feed.Now.Sources.All(source => source.Listening), "all are listened to");
            await TextAsync("PUT", "/v1/kv/feed-while", "v");
            await UntilHeardAsync("feed-while");
            await Eventually.HoldsAsync(() => Feed.Now.Listening, "still listening");
        }

        Assert.False(Feed.Now.Listening);
        await TextAsync("PUT", "/v1/kv/feed-after", "v");
        using (Feed.Look()) await UntilHeardAsync("feed-after");
        Assert.Equal(Feed.Now.Rounds.Count, Feed.Now.Rounds.Select(round => (round.Node, round.Id, round.Ballot)).Distinct().Count());
    }

    [Fact]
    public async Task It_goes_on_while_one_of_two_looks_and_each_ends_once()
    {
        var one = Feed.Look();
        using var other = Feed.Look();
        one.Dispose();
        one.Dispose();
        await TextAsync("PUT", "/v1/kv/feed-two", "v");
        await UntilHeardAsync("feed-two");
    }

    [Fact]
    public async Task Rounds_are_found_without_looking()
    {
        await TextAsync("PUT", "/v1/kv/feed-find", "v");
        FoundRounds? found = null;
        await Eventually.HoldsAsync(
            async () => (found = await Feed.FindAsync(new RoundFilter(Key: "feed-find"), TestContext.Current.CancellationToken)).Rounds.Count == 1, "it is found");
        Assert.Empty(found!.Troubles);
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_named_with_the_reason()
    {
        await using var lonely = Console([new Uri("http://127.0.0.1:1/")]);
        var feed = lonely.GetRequiredService<RoundFeed>();
        Assert.Equal("node0 nobody listens there", Assert.Single((await feed.FindAsync(RoundFilter.None, TestContext.Current.CancellationToken)).Troubles));
        using var look = feed.Look();
        await Eventually.HoldsAsync(() => feed.Now.Sources[0].Trouble == "nobody listens there", "the reason is told");
    }

    private Task UntilHeardAsync(string key) => Eventually.HoldsAsync(() => Feed.Now.Rounds.Any(round => round.Keys.Contains(key)), $"a round with {key}");

    /// <summary>As far as the feed needs it.</summary>
    private static ServiceProvider Console(IEnumerable<Uri> addresses)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(addresses.Select((address, i) => KeyValuePair.Create<string, string?>($"services:node{i}:http:0", address.ToString())))
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(client => client.AddServiceDiscovery());
        services.AddNodeClients(configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RoundFeed>();
        return services.BuildServiceProvider();
    }
}
