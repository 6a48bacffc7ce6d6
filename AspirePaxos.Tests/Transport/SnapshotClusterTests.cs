using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Transport;

/// <summary>What a node lacks was dropped from the logs of all others, over real HTTP and real files.</summary>
public sealed class SnapshotClusterTests
{
    private static readonly Dictionary<string, string?> smallTail = new() { ["Paxos:LogTailSlots"] = "20", ["Paxos:HashInterval"] = "8" };

    [Fact]
    public async Task A_node_that_lags_behind_the_tail_catches_up_by_a_snapshot()
    {
        await using var nodes = new NodesInProcess(changed: smallTail);
        await nodes.StartAsync();
        await nodes.ReadyAsync();
        await nodes.StopAsync("node2");
        await WriteUntilTruncatedAsync(nodes, "node0", 0);
        Assert.True(File.Exists(Path.Combine(nodes.DirectoryOf("node2"), PaxosDatabase.FileName)));
        await nodes.StartAsync("node2");
        await LevelAsync(nodes);

        await nodes.StopAsync("node2");
        await nodes.StartAsync("node2");
        await LevelAsync(nodes);
        Assert.True(nodes["node2"].Status.TruncatedThrough > 0);
        Assert.False(File.Exists(Path.Combine(nodes.DirectoryOf("node2"), IncomingSnapshot.FileName)));
    }

    [Fact]
    public async Task A_wiped_node_recovers_and_counts_again_and_its_old_directory_never_does()
    {
        await using var nodes = new NodesInProcess(changed: smallTail);
        await nodes.StartAsync();
        await nodes.ReadyAsync();
        await WriteUntilTruncatedAsync(nodes, "node0", 0);
        await nodes.StopAsync("node2");
        var kept = nodes.DirectoryOf("node2") + "-old";
        Directory.Move(nodes.DirectoryOf("node2"), kept);

        await nodes.StartAsync("node2");
        await LevelAsync(nodes);
        await nodes.StopAsync("node1");
        await Eventually.HoldsAsync(async () => (await nodes.PutAsync("node0", "after", "recovery")).Kind == OutcomeKind.Done, () => "the recovered node counts");

        await nodes.StopAsync("node2");
        Directory.Delete(nodes.DirectoryOf("node2"), recursive: true);
        Directory.Move(kept, nodes.DirectoryOf("node2"));
        await nodes.StartAsync("node2");
        await Eventually.HoldsAsync(() => nodes["node2"].Status.Rejection?.Contains("Another data directory has taken the place", StringComparison.Ordinal) == true, () => nodes["node2"].Status.ToString());
        Assert.False((await nodes["node2"].ReadAsync(AspirePaxos.Node.Consistency.Local, store => store.Count)).Ok);
    }

    private static async Task WriteUntilTruncatedAsync(NodesInProcess nodes, string node, long beyond)
    {
        for (var i = 0; nodes[node].Status.TruncatedThrough <= beyond + 100; i++)
        {
            Assert.True(i < 5_000, $"{nodes[node].Status}");
            await nodes.PutAsync(node, $"k{i % 50}", $"v{i}");
        }
    }

    /// <summary>All have applied the same, and hold the same.</summary>
    private static Task LevelAsync(NodesInProcess nodes) => Eventually.HoldsAsync(
        () =>
        {
            var all = nodes.Running.Select(node => nodes[node].Status).ToList();
            return all.TrueForAll(status => status is { HasRecentQuorum: true, FetchesSnapshot: false }) && all.Select(status => (status.AppliedIndex, status.Hash)).Distinct().Count() == 1;
        },
        () => string.Join('\n', nodes.Running.Select(node => nodes[node].Status)));
}
