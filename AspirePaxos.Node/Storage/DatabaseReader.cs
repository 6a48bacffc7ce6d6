using System.Buffers.Binary;
using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using Microsoft.Data.Sqlite;

namespace AspirePaxos.Node.Storage;

/// <summary>Reads everything once at the start, and checks it: each row by its own checksum, and by <see cref="RowTotal"/> that none is missing or old.</summary>
internal sealed class DatabaseReader(SqliteConnection connection, string path)
{
    private readonly LargeValueUses large = new();
    private RowTotal found;

    /// <summary>Whose directory it is. Checked alone first, so that another node's is not called damaged.</summary>
    /// <param name="check">False while it has no checksum yet.</param>
    public IdentityRow Identity(bool check = true)
    {
        var members = Rows("SELECT node, incarnation FROM members ORDER BY node", row => new Member(new NodeId(row.GetString(0)), row.GetInt64(1))).ToList();
        var boots = Rows("SELECT node, boot_counter FROM boots ORDER BY node", row => new SeenBoot(new NodeId(row.GetString(0)), row.GetInt64(1))).ToList();
        var retired = Rows("SELECT node, incarnation FROM retired ORDER BY node, incarnation", row => new Member(new NodeId(row.GetString(0)), row.GetInt64(1))).ToList();
        return Single(
            "SELECT node, incarnation, boot_counter, replicas, cluster_id, recovering, stopped, checksum FROM identity", "its identity",
            row =>
            {
                var cluster = new ClusterState(row.GetString(4), members, boots)
                {
                    Retired = retired,
                    Recovering = row.GetInt64(5) != 0,
                    Stopped = row.IsDBNull(6) ? null : row.GetString(6),
                };
                var identity = new IdentityRow(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), cluster);
                if (check) Check(Schema.OfIdentity(identity), row.GetInt64(7), "the identity");
                return identity;
            });
    }

    public SingleRows Load(IdentityRow identity, StoreOptions options, out DurableState state, out KeyValueStore store)
    {
        found = default(RowTotal).With(Schema.OfIdentity(identity).Value);
        var acceptor = Single(
            "SELECT promised_number, promised_node, commit_index, truncated_through, row_count, row_sum, checksum FROM acceptor", "its promise", ReadAcceptor);
        var (position, positionChecksum) = Single(
            "SELECT applied_index, revision, log_time, hash, checksum FROM position", "the position of its state", ReadPosition);
        var log = Rows("SELECT slot, ballot_number, ballot_node, learned, command, checksum, large_values FROM log ORDER BY slot", ReadRecord).ToList();
        CheckLog(log, acceptor, position.AppliedIndex);
        var rows = Rows<RowChange>("SELECT key, e.value, revision, created_revision, checksum, large, l.value FROM entries e LEFT JOIN large l ON l.id = e.large ORDER BY key", ReadEntry)
            .Concat(Rows<RowChange>("SELECT key_hash, request_hash, result, log_time, sequence, checksum FROM idempotency ORDER BY sequence", ReadRemembered));
        store = KeyValueStore.Restore(options, position, rows);
        if (found != acceptor.Rows)
        {
            throw Damaged($"rows are missing, doubled or older than they were ({found.Count} were found, {acceptor.Rows.Count} written, and their checksums do not add up)");
        }

        foreach (var (id, length) in Rows("SELECT id, length(value) FROM large", row => (row.GetInt64(0), row.GetInt32(1))))
        {
            if (!large.OfLog.Contains(id) && !large.OfEntries.Contains(id)) large.Unused.Add(id, length);
        }

        state = new DurableState(identity.Cluster, acceptor.Promised, acceptor.CommitIndex, log, position.AppliedIndex, position.LogTime)
        {
            TruncatedThrough = acceptor.TruncatedThrough,
        };
        return new SingleRows(identity, acceptor, positionChecksum, log.Count > 0 ? log[^1].Slot : 0, large);
    }

    public StorageException Damaged(string what) =>
        new($"{path} is damaged: {what}. Keep a copy of the directory and treat this replica as lost; it must not be started again from this file.");

    private IEnumerable<T> Rows<T>(string query, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var rows = command.ExecuteReader();
        while (rows.Read()) yield return read(rows);
    }

    private T Single<T>(string query, string what, Func<SqliteDataReader, T> read)
    {
        var rows = Rows(query, read).ToList();
        return rows.Count == 1 ? rows[0] : throw Damaged($"it has lost {what}");
    }

    private AcceptorRow ReadAcceptor(SqliteDataReader row)
    {
        var acceptor = new AcceptorRow(
            new Ballot(row.GetInt64(0), new NodeId(row.GetString(1))), row.GetInt64(2), row.GetInt64(3), new RowTotal(row.GetInt64(4), row.GetInt64(5)));
        Check(Schema.OfAcceptor(acceptor), row.GetInt64(6), "the acceptor's promise");
        return acceptor;
    }

    private (StorePosition Position, long Checksum) ReadPosition(SqliteDataReader row)
    {
        var hash = row.GetFieldValue<byte[]>(3);
        if (hash.Length != 16) throw Damaged("the position of the state has a hash of another length");
        var position = new StorePosition(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), BinaryPrimitives.ReadUInt128BigEndian(hash));
        return (position, Count(Schema.OfPosition(position), row.GetInt64(4), "the position of the state"));
    }

    private LogRecord ReadRecord(SqliteDataReader row)
    {
        var ballot = new Ballot(row.GetInt64(1), new NodeId(row.GetString(2)));
        var (slot, command) = (row.GetInt64(0), row.GetFieldValue<byte[]>(4));
        if (row.GetInt64(6) is not 0 and var count) command = CommandCutter.Join(command, count, index => ReadLarge(slot, index));
        var record = new LogRecord(slot, ballot, row.GetInt64(3) != 0, new Command(command));
        Count(Schema.OfRecord(record), row.GetInt64(5), $"the log record of slot {record.Slot}");
        return record;
    }

    private byte[] ReadLarge(long slot, int index)
    {
        var id = LargeValueUses.Id(slot, index);
        var value = Rows($"SELECT value FROM large WHERE id = {id}", row => row.GetFieldValue<byte[]>(0)).SingleOrDefault()
            ?? throw Damaged($"a value of the log record of slot {slot} is missing");
        return large.OfLog.Add(id, value.Length) ? value : throw Damaged($"the log record of slot {slot} has a value twice");
    }

    private EntryRow ReadEntry(SqliteDataReader row)
    {
        var key = row.GetFieldValue<byte[]>(0);
        var isLarge = !row.IsDBNull(5);
        if (isLarge && row.IsDBNull(6)) throw Damaged("the value of an entry of the state is missing");
        var entry = new Entry(row.GetFieldValue<byte[]>(isLarge ? 6 : 1), row.GetInt64(2), row.GetInt64(3));
        Count(Schema.OfEntry(key, entry), row.GetInt64(4), "an entry of the state");
        var name = Encoding.UTF8.GetString(key);
        if (isLarge && !(large.OfKeys.TryAdd(name, row.GetInt64(5)) && large.OfEntries.Add(row.GetInt64(5), entry.Value.Length))) throw Damaged("two entries of the state have one value");
        return new EntryRow(name, entry);
    }

    private IdempotencyRow ReadRemembered(SqliteDataReader row)
    {
        var (key, request, result) = (row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(2));
        var (logTime, order) = (row.GetInt64(3), row.GetInt64(4));
        Count(Schema.OfRemembered(key, request, result, logTime, order), row.GetInt64(5), "a remembered Idempotency-Key");
        var remembered = new Remembered(BinaryPrimitives.ReadUInt128BigEndian(request), StoreResult.Decode(result), logTime, order);
        return new IdempotencyRow(BinaryPrimitives.ReadUInt128BigEndian(key), remembered);
    }

    private void CheckLog(List<LogRecord> log, AcceptorRow acceptor, long appliedIndex)
    {
        var (commitIndex, truncatedThrough) = (acceptor.CommitIndex, acceptor.TruncatedThrough);
        if (truncatedThrough > appliedIndex) throw Damaged($"the log begins after slot {truncatedThrough}, but the state is only at slot {appliedIndex}");
        if (log.Count > 0 && log[0].Slot <= truncatedThrough) throw Damaged($"a log record of slot {log[0].Slot} is there, which was dropped");
        if (appliedIndex > commitIndex) throw Damaged($"the state is at slot {appliedIndex}, beyond the commit index {commitIndex}");
        var present = log.Where(record => record.Slot > truncatedThrough && record.Slot <= commitIndex).LongCount();
        if (present != commitIndex - truncatedThrough) throw Damaged($"log records between slot {truncatedThrough + 1} and {commitIndex} are missing");
    }

    private long Count(Checksum expected, long kept, string what)
    {
        Check(expected, kept, what);
        found = found.With(kept);
        return kept;
    }

    private void Check(Checksum expected, long kept, string what)
    {
        if (expected.Value != kept) throw Damaged($"{what} does not match its checksum");
    }
}
