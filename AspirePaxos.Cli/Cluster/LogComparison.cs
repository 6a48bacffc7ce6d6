namespace AspirePaxos.Cli.Cluster;

/// <summary>What all nodes hold at the same slots, and after them.</summary>
/// <param name="Through">The last slot that was chosen.</param>
/// <param name="From">The first slot that none of the nodes has dropped; above <paramref name="Through"/> where there is none.</param>
/// <param name="Compared">Slots that all of them keep.</param>
/// <param name="Hashes">Of the states after <paramref name="Through"/>, node by node: of everything applied up to there.</param>
/// <param name="Difference">The first one; null where there is none in what they keep.</param>
internal sealed record LogComparison(long Through, long From, long Compared, IReadOnlyList<(string Node, string Hash)> Hashes, SlotDifference? Difference)
{
    public bool HashesEqual => Hashes.All(state => state.Hash == Hashes[0].Hash);

    public bool Equal => HashesEqual && Difference is null;

    /// <param name="level">All at the same slot.</param>
    /// <param name="onSlot">Told how far the comparison has come.</param>
    public static async Task<LogComparison> RunAsync(ClusterClient client, NodeReport[] level, Action<long> onSlot, CancellationToken stop)
    {
        var through = level[0].Status!.CommitIndex;
        (string, string)[] hashes = [.. level.Select(report => (report.Node.Name, report.Status!.Hash))];
        var from = level.Max(report => report.Status!.TruncatedThrough) + 1;
        var (first, compared) = (from, 0L);
        while (from <= through)
        {
            var start = from;
            var pages = await Task.WhenAll(level.Select(report => LogPage.OfAsync(client, report.Node, start, LogPage.MostSlots, stop)));

            // A node drops slots when it likes: what it has dropped by now is no difference.
            var begin = Math.Max(from, pages.Max(page => page.TruncatedThrough) + 1);
            if (compared == 0) first = begin;
            if (Array.FindIndex(pages, page => page.LastSlot < start) is >= 0 and var emptied)
            {
                throw new CommandFailedException(
                    ExitCode.Unavailable, $"{level[emptied].Node.Name} ends at slot {pages[emptied].LastSlot} now, before slot {start}: it was started anew.", "Wait until it has caught up (paxos status), and try again.");
            }

            var end = Math.Min(through, pages.Min(page => page.Next ?? page.LastSlot + 1) - 1);
            if (SlotDifference.First(level, pages, begin, end) is { } difference) return new(through, first, compared + difference.Slot - begin, hashes, difference);
            compared += Math.Max(0, end - begin + 1);
            from = Math.Max(begin, end + 1);
            onSlot(Math.Min(from - 1, through));
        }

        return new(through, first, compared, hashes, null);
    }
}

/// <param name="One">Null: this node has nothing there.</param>
internal sealed record SlotDifference(long Slot, string OneNode, LogSlot? One, string OtherNode, LogSlot? Other)
{
    /// <summary>The first slot of this range at which two nodes hold different commands. The ballots they keep them under may differ.</summary>
    public static SlotDifference? First(NodeReport[] nodes, LogPage[] pages, long begin, long end)
    {
        var slots = pages.Select(page => page.Slots.ToDictionary(slot => slot.Slot)).ToList();
        for (var slot = begin; slot <= end; slot++)
        {
            var one = slots[0].GetValueOrDefault(slot);
            for (var i = 1; i < slots.Count; i++)
            {
                var other = slots[i].GetValueOrDefault(slot);
                if (one is not null && one.Commands.GetRawText() == other?.Commands.GetRawText()) continue;
                return new(slot, nodes[0].Node.Name, one, nodes[i].Node.Name, other);
            }
        }

        return null;
    }
}
