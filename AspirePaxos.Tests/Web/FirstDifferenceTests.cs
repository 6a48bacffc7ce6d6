using System.Text.Json;
using AspirePaxos.Web.Components.Log;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Tests.Web;

public sealed class FirstDifferenceTests
{
    private const int PageSlots = 4;

    private readonly Dictionary<string, (long Truncated, string[] Slots)> logs = [];

    [Fact]
    public async Task Equal_logs_have_none_over_several_pages()
    {
        logs["node0"] = logs["node1"] = (0, Commands(10));
        Assert.Equal(new(null, 1, 10), await FindAsync());
    }

    [Fact]
    public async Task The_first_one_is_found_on_a_later_page()
    {
        logs["node0"] = logs["node1"] = logs["node2"] = (0, Commands(10));
        var other = Commands(10);
        other[6] = other[8] = "other";
        logs["node2"] = (0, other);
        var found = await FindAsync();
        Assert.Equal(7, found.Slot);
    }

    [Fact]
    public async Task What_a_replica_dropped_or_has_yet_to_learn_is_not_compared()
    {
        logs["node0"] = (0, Commands(10));
        var other = Commands(8);
        other[2] = "other";
        logs["node1"] = (3, other);
        Assert.Equal(new(null, 4, 8), await FindAsync());
    }

    [Fact]
    public async Task There_may_be_nothing_to_compare()
    {
        logs["node0"] = (0, Commands(3));
        logs["node1"] = (9, Commands(10));
        Assert.Equal(0, (await FindAsync()).Compared);
    }

    private Task<Difference> FindAsync() => FirstDifference.FindAsync(
        [.. logs.Select(log => Status(log.Key, log.Value.Slots.Length, log.Value.Truncated))],
        (node, from) => Task.FromResult(Page(node, from)), _ => { }, TestContext.Current.CancellationToken);

    private LogPage Page(string node, long from)
    {
        var (truncated, all) = logs[node];
        from = Math.Max(from, truncated + 1);
        var slots = Enumerable.Range((int)from, PageSlots).Where(slot => slot <= all.Length).Select(slot => LogTableTests.Slot(slot, $"""["{all[slot - 1]}"]""")).ToList();
        return new(all.Length, all.Length, truncated, slots, from + PageSlots <= all.Length ? from + PageSlots : null);
    }

    private static string[] Commands(int slots) => [.. Enumerable.Range(1, slots).Select(slot => $"command {slot}")];

    internal static NodeStatus Status(string node, long commitIndex, long truncatedThrough = 0, string hash = "h") => JsonSerializer.Deserialize<NodeStatus>(
        $$"""{"node":"{{node}}","commitIndex":{{commitIndex}},"appliedIndex":{{commitIndex}},"truncatedThrough":{{truncatedThrough}},"hash":"{{hash}}"}""",
        JsonSerializerOptions.Web)!;
}
