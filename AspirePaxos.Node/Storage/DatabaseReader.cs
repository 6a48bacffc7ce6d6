using System.Buffers.Binary;
using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using Microsoft.Data.Sqlite;

namespace AspirePaxos.Node.Storage;

/// <summary>Reads everything once at the start, and checks it.</summary>
internal sealed class DatabaseReader(SqliteConnection connection, string path)
{
    public StoredState Load(Identity self, StoreOptions options)
    {
        var cluster = new ClusterState(
            Rows("SELECT cluster_id FROM identity", row => row.GetString(0)).Single(),
            [.. Rows("SELECT node, incarnation FROM members ORDER BY node", row => new Member(new NodeId(row.GetString(0)), row.GetInt64(1)))],
            [.. Rows("SELECT node, boot_counter FROM boots ORDER BY node", row => new SeenBoot(new NodeId(row.GetString(0)), row.GetInt64(1)))]);
        var (promised, commitIndex) = Rows("SELECT promised_number, promised_node, commit_index, checksum FROM acceptor", ReadAcceptor)
            .DefaultIfEmpty((Ballot.None, 0)).Single();
        var position = Rows("SELECT applied_index, revision, log_time, checksum FROM position", ReadPosition).DefaultIfEmpty().Single();
        var log = Rows("SELECT slot, ballot_number, ballot_node, learned, command, checksum FROM log ORDER BY slot", ReadRecord).ToList();
        CheckLog(log, commitIndex, position.AppliedIndex);
        var rows = Rows<RowChange>("SELECT key, value, revision, created_revision, checksum FROM entries ORDER BY key", ReadEntry)
            .Concat(Rows<RowChange>("SELECT key_hash, request_hash, result, log_time, sequence, checksum FROM idempotency ORDER BY sequence", ReadRemembered));
        var store = KeyValueStore.Restore(options, position, rows);
        return new StoredState(self, new DurableState(cluster, promised, commitIndex, log, position.AppliedIndex, position.LogTime), store);
    }

    private IEnumerable<T> Rows<T>(string query, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var rows = command.ExecuteReader();
        while (rows.Read()) yield return read(rows);
    }

    private (Ballot Promised, long CommitIndex) ReadAcceptor(SqliteDataReader row)
    {
        var promised = new Ballot(row.GetInt64(0), new NodeId(row.GetString(1)));
        var commitIndex = row.GetInt64(2);
        Check(Schema.OfAcceptor(promised, commitIndex), row.GetInt64(3), "the acceptor's promise");
        return (promised, commitIndex);
    }

    private StorePosition ReadPosition(SqliteDataReader row)
    {
        var position = new StorePosition(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
        Check(Schema.OfPosition(position), row.GetInt64(3), "the position of the state");
        return position;
    }

    private LogRecord ReadRecord(SqliteDataReader row)
    {
        var ballot = new Ballot(row.GetInt64(1), new NodeId(row.GetString(2)));
        var record = new LogRecord(row.GetInt64(0), ballot, row.GetInt64(3) != 0, new Command(row.GetFieldValue<byte[]>(4)));
        Check(Schema.OfRecord(record), row.GetInt64(5), $"the log record of slot {record.Slot}");
        return record;
    }

    private EntryRow ReadEntry(SqliteDataReader row)
    {
        var key = row.GetFieldValue<byte[]>(0);
        var entry = new Entry(row.GetFieldValue<byte[]>(1), row.GetInt64(2), row.GetInt64(3));
        Check(Schema.OfEntry(key, entry), row.GetInt64(4), "an entry of the state");
        return new EntryRow(Encoding.UTF8.GetString(key), entry);
    }

    private IdempotencyRow ReadRemembered(SqliteDataReader row)
    {
        var (key, request, result) = (row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(2));
        var (logTime, order) = (row.GetInt64(3), row.GetInt64(4));
        Check(Schema.OfRemembered(key, request, result, logTime, order), row.GetInt64(5), "a remembered Idempotency-Key");
        var remembered = new Remembered(BinaryPrimitives.ReadUInt128BigEndian(request), StoreResult.Decode(result), logTime, order);
        return new IdempotencyRow(BinaryPrimitives.ReadUInt128BigEndian(key), remembered);
    }

    private void CheckLog(List<LogRecord> log, long commitIndex, long appliedIndex)
    {
        if (appliedIndex > commitIndex) throw Damaged($"the state is at slot {appliedIndex}, beyond the commit index {commitIndex}");
        var present = log.Where(record => record.Slot > appliedIndex && record.Slot <= commitIndex).LongCount();
        if (present != commitIndex - appliedIndex) throw Damaged($"log records between slot {appliedIndex + 1} and {commitIndex} are missing");
    }

    private void Check(Checksum expected, long found, string what)
    {
        if (expected.Value != found) throw Damaged($"{what} does not match its checksum");
    }

    private StorageException Damaged(string what) =>
        new($"{path} is damaged: {what}. Keep a copy of the directory and treat this replica as lost; it must not be started again from this file.");
}
