using System.Text.Json;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>
/// Real processes, kill -9 and SIGSTOP under load: writes go on, nothing acknowledged is lost, what clients saw has one order, and
/// the logs are equal slot by slot.
/// </summary>
public abstract class FaultsUnderLoad
{
    private static readonly HttpClient Http = new();

    [Fact]
    public Task The_leader_is_killed() => UnderLoadAsync(async (cluster, load) =>
    {
        var leader = await LeaderAsync(cluster);
        await cluster.KillAsync(leader);
        await GoesOnAsync(load);
        await cluster.StartAsync(leader);
    });

    [Fact]
    public Task Two_of_three_are_killed_and_writes_go_on_when_one_is_back() => UnderLoadAsync(async (cluster, load) =>
    {
        var leader = await LeaderAsync(cluster);
        var other = cluster.Names.First(name => name != leader);
        await Task.WhenAll(cluster.KillAsync(leader), cluster.KillAsync(other));
        await cluster.StartAsync(other);
        await GoesOnAsync(load);
        await cluster.StartAsync(leader);
    });

    [Fact]
    public Task All_are_killed() => UnderLoadAsync(async (cluster, load) =>
    {
        await Task.WhenAll(cluster.Names.Select(cluster.KillAsync));
        foreach (var name in cluster.Names) await cluster.StartAsync(name);
        await GoesOnAsync(load);
    });

    [Fact]
    public Task The_leader_pauses_and_comes_back_deposed() => UnderLoadAsync(async (cluster, load) =>
    {
        var leader = await LeaderAsync(cluster);
        await cluster.PauseAsync(leader);
        await Eventually.HoldsAsync(async () => await LeaderAsync(cluster, except: leader) != leader, "another replica leads");
        await GoesOnAsync(load);
        await cluster.ResumeAsync(leader);
        await GoesOnAsync(load);
    });

    [Fact]
    public Task The_leader_is_asked_to_stop_and_hands_over() => UnderLoadAsync(async (cluster, load) =>
    {
        var leader = await LeaderAsync(cluster);
        await cluster.StopAsync(leader);
        await GoesOnAsync(load);
        await cluster.StartAsync(leader);
    });

    /// <summary>Rule 16 with real clocks: the leader that stood still must not answer by a lease that is over.</summary>
    [Fact]
    public Task Clients_read_by_lease_while_the_leader_pauses_and_the_next_one_is_killed() => UnderLoadAsync(
        async (cluster, load) =>
        {
            var paused = await LeaderAsync(cluster);
            await cluster.PauseAsync(paused);
            await Eventually.HoldsAsync(async () => await LeaderAsync(cluster, except: paused) != paused, "another replica leads");
            await GoesOnAsync(load);
            await cluster.ResumeAsync(paused);
            await GoesOnAsync(load);
            var killed = await LeaderAsync(cluster);
            await cluster.KillAsync(killed);
            await GoesOnAsync(load);
            await cluster.StartAsync(killed);
        },
        new Dictionary<string, string> { ["Paxos__LeasedReads"] = "true" },
        "?consistency=leased");

    /// <returns>All replicas are ready.</returns>
    private protected abstract Task<ICluster> StartAsync(IReadOnlyDictionary<string, string>? settings);

    private async Task UnderLoadAsync(Func<ICluster, Workload, Task> faults, IReadOnlyDictionary<string, string>? settings = null, string readQuery = "")
    {
        await using var cluster = await StartAsync(settings);
        await UnderLoadAsync(cluster, load => faults(cluster, load), readQuery);
    }

    private protected static async Task UnderLoadAsync(ICluster cluster, Func<Workload, Task> faults, string readQuery = "", bool retries = false)
    {
        await using var load = Workload.Start(cluster, readQuery: readQuery, retries: retries);
        await GoesOnAsync(load);
        await faults(load);
        await cluster.ReadyAsync();
        await load.VerifyAsync();
        await LogsAreEqualAsync(cluster);
    }

    private protected static Task GoesOnAsync(Workload load)
    {
        var before = load.Acknowledged;
        return Eventually.HoldsAsync(() => load.Acknowledged >= before + 100, "a hundred more writes are acknowledged");
    }

    /// <summary>As some running replica says.</summary>
    private protected static async Task<string> LeaderAsync(ICluster cluster, string? except = null)
    {
        var leader = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                var asked = cluster.Names.First(name => name != except);
                using var status = JsonDocument.Parse(await Http.GetStringAsync(new Uri(cluster.Url(asked), "/v1/status")));
                leader = status.RootElement.GetProperty("leader").GetString() ?? "";
                return leader.Length > 0;
            },
            "somebody leads");
        return leader;
    }

    /// <summary>Slot by slot from the first that none has dropped, and the hashes of the states, which stand for the others.</summary>
    private static async Task LogsAreEqualAsync(ICluster cluster)
    {
        foreach (var name in cluster.Names)
        {
            // A no-op through each node: every slot before it is learned there.
            (await Http.GetAsync(new Uri(cluster.Url(name), "/store/nop"))).EnsureSuccessStatusCode();
        }

        List<(long Applied, string? Hash, long Truncated)> states = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                states = [];
                foreach (var name in cluster.Names) states.Add(await StateAsync(cluster.Url(name)));
                return states.Select(state => state.Applied).Distinct().Count() == 1;
            },
            () => $"all have applied the same: {string.Join(' ', states)}");
        Assert.Single(states.Select(state => state.Hash).Distinct());

        var from = states.Max(state => state.Truncated) + 1;
        var logs = new List<List<string>>();
        foreach (var name in cluster.Names) logs.Add(await LogAsync(cluster.Url(name), from));
        var common = logs.Min(log => log.Count);
        Assert.True(common > 100, $"{common} slots from {from} on");
        foreach (var log in logs) Assert.Equal(logs[0].Take(common), log.Take(common));
    }

    private static async Task<(long Applied, string? Hash, long Truncated)> StateAsync(Uri node)
    {
        using var status = JsonDocument.Parse(await Http.GetStringAsync(new Uri(node, "/v1/status")));
        var body = status.RootElement;
        return (body.GetProperty("appliedIndex").GetInt64(), body.GetProperty("hash").GetString(), body.GetProperty("truncatedThrough").GetInt64());
    }

    /// <summary>The chosen commands, slot by slot.</summary>
    private static async Task<List<string>> LogAsync(Uri node, long first)
    {
        var slots = new List<string>();
        for (long? from = first; from is not null;)
        {
            using var page = JsonDocument.Parse(await Http.GetStringAsync(new Uri(node, $"/v1/log?from={from}&limit=1000")));
            foreach (var slot in page.RootElement.GetProperty("slots").EnumerateArray())
            {
                if (slot.GetProperty("chosen").GetBoolean()) slots.Add($"{slot.GetProperty("slot")} {slot.GetProperty("commands")}");
            }

            var next = page.RootElement.GetProperty("next");
            from = next.ValueKind == JsonValueKind.Number ? next.GetInt64() : null;
        }

        return slots;
    }
}
