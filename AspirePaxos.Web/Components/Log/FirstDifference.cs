using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Log;

/// <summary>What a search through the logs found.</summary>
/// <param name="Slot">The first slot at which two replicas keep different commands as chosen; null where there is none.</param>
/// <param name="From">The first slot that was compared.</param>
/// <param name="Through">The last one; below <paramref name="From"/> where no slot is kept as chosen by all.</param>
internal sealed record Difference(long? Slot, long From, long Through)
{
    public long Compared => Math.Max(0, Through - From + 1);
}

/// <summary>Walks through the part of the log that all replicas keep and know as chosen, oldest slot first.</summary>
internal static class FirstDifference
{
    public const int PageSlots = 1_000;

    /// <param name="page">A replica's log from a slot.</param>
    /// <param name="reached">Told how far it is.</param>
    /// <exception cref="HttpRequestException">A replica does not answer any more; as <paramref name="page"/> throws it.</exception>
    public static async Task<Difference> FindAsync(
        IReadOnlyList<NodeStatus> replicas, Func<string, long, Task<LogPage>> page, Action<long> reached, CancellationToken stop)
    {
        var through = replicas.Min(replica => replica.CommitIndex);
        var from = replicas.Max(replica => replica.TruncatedThrough) + 1;
        var first = from;
        while (from <= through)
        {
            stop.ThrowIfCancellationRequested();
            var start = from;
            var logs = await Task.WhenAll(replicas.Select(async replica => ReplicaLog.Of(replica.Node, await page(replica.Node, start))));

            // What a replica has dropped in the meantime is no difference.
            var begin = Math.Max(from, logs.Max(log => log.Page!.TruncatedThrough) + 1);
            if (first == from) first = begin;
            var end = Math.Min(through, logs.Min(log => Math.Min(log.Through, log.Page!.CommitIndex)));
            for (var slot = begin; slot <= end; slot++)
            {
                if (logs.Any(log => log[slot].Content?.Hash != logs[0][slot].Content?.Hash)) return new(slot, first, slot);
            }

            // A replica that ends before the slot was started anew, and has to catch up first.
            if (end < start && begin == from) return new(null, first, from - 1);
            from = Math.Max(begin, end + 1);
            reached(from - 1);
        }

        return new(null, first, through);
    }
}
