namespace AspirePaxos.KeyValue;

/// <summary>The whole state after one slot: rows, idempotency table, clock, revision, hash; nothing of the replica that made it (rule 12).</summary>
/// <param name="Entries">In key order.</param>
/// <param name="Idempotency">Oldest first.</param>
public sealed record StoreSnapshot(
    StorePosition Position, IReadOnlyList<KeyedEntry> Entries, IReadOnlyList<KeyValuePair<UInt128, Remembered>> Idempotency)
{
    /// <summary>Every row of the state, as storage keeps it.</summary>
    public IEnumerable<RowChange> Rows =>
        Entries.Select(row => (RowChange)new EntryRow(row.Key, row.Entry)).Concat(Idempotency.Select(row => new IdempotencyRow(row.Key, row.Value)));

    /// <summary>
    /// JSON lines in UTF-8: a header with the counts of what follows, then one row a line. Equal states of one cluster give equal bytes.
    /// </summary>
    /// <returns>Pieces of about 64 KiB; each is valid until the next is asked for.</returns>
    public IEnumerable<ReadOnlyMemory<byte>> Encode(string clusterId) => SnapshotWriter.Write(this, clusterId);

    /// <exception cref="System.Text.Json.JsonException">Not a whole snapshot of this cluster; the message names the line.</exception>
    /// <param name="pieces">The bytes of <see cref="Encode"/>, cut anywhere.</param>
    public static StoreSnapshot Decode(IEnumerable<ReadOnlyMemory<byte>> pieces, string clusterId) => SnapshotReader.Read(pieces, clusterId);
}
