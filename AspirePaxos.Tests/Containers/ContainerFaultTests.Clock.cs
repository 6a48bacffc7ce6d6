using System.Net;
using System.Text;
using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Containers;

/// <summary>Clocks that jump, on the leader and on a follower.</summary>
public sealed partial class ContainerFaultTests
{
    private static readonly HttpClient http = new(new LostConnections(new SocketsHttpHandler()));

    /// <summary>Leased reads assume that clocks run at nearly the same rate, and nothing about the time of day (docs/operations.md).</summary>
    [Fact]
    public Task The_time_of_day_jumps_while_clients_read_by_lease() => WithFakeClocksAsync(
        timersToo: false,
        [TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.FromDays(400), TimeSpan.Zero],
        new Dictionary<string, string> { ["Paxos__LeasedReads"] = "true" },
        "?consistency=leased");

    /// <summary>What .NET takes its timers from leaps with the time of day. It never runs back: no system's does.</summary>
    [Fact]
    public Task Timers_leap() => WithFakeClocksAsync(timersToo: true, [TimeSpan.FromHours(1), TimeSpan.FromDays(2)]);

    private static async Task WithFakeClocksAsync(
        bool timersToo, TimeSpan[] offsets, IReadOnlyDictionary<string, string>? settings = null, string readQuery = "")
    {
        await Engine.RequireAsync();
        FakeClock.Require();
        using var clock = new FakeClock(timersToo);
        await using var cluster = await ContainerCluster.StartAsync(settings, options: clock.Options);
        await UnderLoadAsync(
            cluster,
            async load =>
            {
                var leader = await LeaderAsync(cluster);
                var first = await CreateOnceAsync(cluster.Url(leader));
                Assert.Equal(HttpStatusCode.OK, first.Status);
                foreach (var node in new[] { leader, cluster.Names.First(name => name != leader) })
                {
                    foreach (var offset in offsets)
                    {
                        clock.Set(node, offset);
                        await Eventually.HoldsAsync(async () => Math.Abs((await OffsetAsync(cluster.Url(node)) - offset).TotalMinutes) < 1, $"the clock of {node} is off by {offset}");
                        await GoesOnAsync(load);
                    }
                }

                // The Idempotency-Key is remembered for five minutes: of the log's clock, which goes by none of those.
                foreach (var name in cluster.Names) Assert.Equal(first, await CreateOnceAsync(cluster.Url(name)));
            },
            readQuery);
    }

    /// <summary>Repetitions of one write that could not succeed twice.</summary>
    private static async Task<(HttpStatusCode Status, string? Revision)> CreateOnceAsync(Uri node)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(node, "/v1/kv/created-once"));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("value"));
        request.Headers.Add("If-None-Match", "*");
        request.Headers.Add("Idempotency-Key", "created-once");
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, answer.Headers.ETag?.Tag);
    }

    /// <summary>How far its time of day is off, as the head of an answer says.</summary>
    private static async Task<TimeSpan> OffsetAsync(Uri node)
    {
        using var answer = await http.GetAsync(new Uri(node, "/health/live"));
        return answer.Headers.Date!.Value - DateTimeOffset.UtcNow;
    }
}
