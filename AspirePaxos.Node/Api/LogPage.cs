using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Api;

/// <summary>Some slots of the log, taken on the loop's thread in a bounded time.</summary>
/// <param name="Records">In slot order; a slot without a record is missing.</param>
/// <param name="TruncatedThrough">Slots at or below were dropped, and are not in any page.</param>
/// <param name="Next">The first slot that was not looked at.</param>
internal sealed record LogPage(IReadOnlyList<LogRecord> Records, long Next, long CommitIndex, long LastSlot, long TruncatedThrough)
{
    public static LogPage Read(Replica replica, long from, int limit, int maxBytes)
    {
        var records = new List<LogRecord>();
        var (last, truncated) = (replica.LastSlot, replica.TruncatedThrough);
        from = Math.Max(from, truncated + 1);
        var end = from > last ? from : Math.Min(last, from + limit - 1) + 1;
        var bytes = 0;
        var slot = from;
        for (; slot < end && bytes < maxBytes; slot++)
        {
            if (replica.Record(slot) is not { } record) continue;
            bytes += record.Command.Bytes.Length;
            records.Add(record);
        }

        return new LogPage(records, slot, replica.CommitIndex, last, truncated);
    }
}
