using System.CommandLine;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Cli.Commands;

internal sealed class DiffCommand(CommandContext context)
    : PaxosCommand("diff", "Compares the nodes: the hashes of everything they applied, then their logs slot by slot. Ends with 1 where they differ.", context)
{
    private static readonly TimeSpan levelWithin = TimeSpan.FromSeconds(15);

    protected override Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop) => CompareAsync(Screen, client, Json(line), stop);

    /// <returns>The exit code; what was found is printed.</returns>
    public static async Task<int> CompareAsync(Screen screen, ClusterClient client, bool json, CancellationToken stop)
    {
        var level = Distinct(await Level.ReachAsync(client, levelWithin, json ? _ => { } : screen.Note, stop));
        var (through, reached) = (level[0].Status!.CommitIndex, 0L);
        var comparing = LogComparison.RunAsync(client, level, slot => reached = slot, stop);
        await Progress.WhileAsync(screen, "comparing slots", through, () => reached, comparing);
        var found = await comparing;
        if (json) ShowJson(screen, found);
        else Show(screen, found, level);
        return found.Equal ? ExitCode.Done : ExitCode.No;
    }

    /// <summary>Nodes of different clusters may have the same name: then their addresses tell them apart.</summary>
    private static NodeReport[] Distinct(NodeReport[] level) => level.DistinctBy(report => report.Node.Name).Count() == level.Length
        ? level
        : [.. level.Select(report => report with { Node = report.Node with { Name = report.Node.Address } })];

    private static void Show(Screen screen, LogComparison found, NodeReport[] level)
    {
        if (level.Select(report => report.Status!.ClusterId).Distinct().Count() > 1)
            screen.Note($"These nodes belong to different clusters: {string.Join(", ", level.Select(report => $"{report.Node.Name} to {report.Status!.ClusterId}"))}.");
        if (found.Difference is { } difference)
        {
            var room = screen.IsTerminal ? Math.Max(20, screen.Width - difference.OneNode.Length - 4) : 1_000;
            screen.Line($"slot {difference.Slot}");
            screen.Line($"  {difference.OneNode}  {Shown.Short(Commands(difference.One), room)}");
            screen.Line($"  {difference.OtherNode}  {Shown.Short(Commands(difference.Other), room)}");
            screen.Bad($"The logs of {difference.OneNode} and {difference.OtherNode} differ; the first difference is above.");
            return;
        }

        if (!found.HashesEqual)
        {
            var (one, other) = (found.Hashes[0], found.Hashes.First(state => state.Hash != found.Hashes[0].Hash));
            screen.Bad($"After slot {found.Through} the state of {one.Node} has the hash {one.Hash}, that of {other.Node} {other.Hash}: they differ, although the {Shown.Count(found.Compared, "slot")} that all keep do not.");
            screen.Note("What led to it is dropped from the logs. Keep copies of the data directories, and see docs/operations.md.");
            return;
        }

        var kept = found.From == 1 ? $"all {Shown.Count(found.Compared, "slot")}" : $"the {Shown.Count(found.Compared, "slot")} that all keep";
        var dropped = found.From > 1 ? $" Slots 1 to {found.From - 1} are dropped on some node: the state stands for them." : "";
        screen.Good($"The logs of {Shown.Count(level.Length, "node")} are equal in {kept}, and so are their states after slot {found.Through} (hash {found.Hashes[0].Hash}).{dropped}");
    }

    private static string Commands(LogSlot? slot) => slot?.Text ?? "(nothing)";

    private static void ShowJson(Screen screen, LogComparison found) => screen.Json(new
    {
        equal = found.Equal,
        through = found.Through,
        comparedFrom = found.From,
        comparedSlots = found.Compared,
        hashes = found.Hashes.ToDictionary(state => state.Node, state => state.Hash),
        difference = found.Difference is not { } difference ? null : new
        {
            slot = difference.Slot,
            nodes = new[] { new { node = difference.OneNode, commands = difference.One?.Commands }, new { node = difference.OtherNode, commands = difference.Other?.Commands } },
        },
    });
}
