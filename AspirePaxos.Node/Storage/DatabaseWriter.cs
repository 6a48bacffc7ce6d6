using System.Runtime.InteropServices;
using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using Microsoft.Data.Sqlite;

namespace AspirePaxos.Node.Storage;

/// <summary>One transaction per batch, through statements prepared once.</summary>
/// <remarks>
/// Each that changes anything changes the acceptor's row, be it for the total of the rows alone: so any two have a page in common, by which
/// <see cref="WalScan"/> tells two from one. Once one failed, what is held here is not what the file holds: it must not be used again.
/// </remarks>
internal sealed class DatabaseWriter : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly List<SqliteCommand> statements = [];
    private readonly SqliteCommand begin, commit, putIdentity, putAcceptor, putPosition;
    private readonly SqliteCommand putRecord, dropRecords, putEntry, deleteEntry, putRemembered, deleteRemembered;
    private readonly SqliteCommand recordSum, droppedSum;
    private IdentityRow identity;
    private AcceptorRow acceptor;
    private long positionChecksum;

    /// <summary>No record ever stood above it.</summary>
    private long lastSlot;

    public DatabaseWriter(SqliteConnection connection, SingleRows held)
    {
        this.connection = connection;
        (identity, acceptor, positionChecksum, lastSlot) = (held.Identity, held.Acceptor, held.PositionChecksum, held.LastSlot);
        begin = Prepare("BEGIN IMMEDIATE", 0);
        commit = Prepare("COMMIT", 0);
        putIdentity = Prepare("UPDATE identity SET boot_counter = $0, cluster_id = $1, recovering = $2, stopped = $3, checksum = $4", 5);
        putAcceptor = Prepare(
            "UPDATE acceptor SET promised_number = $0, promised_node = $1, commit_index = $2, truncated_through = $3, row_count = $4, row_sum = $5, checksum = $6", 7);
        putPosition = Prepare("UPDATE position SET applied_index = $0, revision = $1, log_time = $2, hash = $3, checksum = $4", 5);
        putRecord = Prepare("INSERT OR REPLACE INTO log VALUES ($0, $1, $2, $3, $4, $5)", 6);
        dropRecords = Prepare("DELETE FROM log WHERE slot <= $0", 1);
        putEntry = Prepare("INSERT OR REPLACE INTO entries VALUES ($0, $1, $2, $3, $4)", 5);
        deleteEntry = Prepare("DELETE FROM entries WHERE key = $0", 1);
        putRemembered = Prepare("INSERT INTO idempotency VALUES ($0, $1, $2, $3, $4, $5)", 6);
        deleteRemembered = Prepare("DELETE FROM idempotency WHERE sequence = $0", 1);
        recordSum = Prepare("SELECT checksum FROM log WHERE slot = $0", 1);
        droppedSum = Prepare("SELECT count(*), coalesce(sum(checksum), 0) FROM log WHERE slot <= $0", 1);
    }

    public void Commit(IReadOnlyList<Write> writes, AppliedRows applied)
    {
        begin.ExecuteNonQuery();
        var before = acceptor;
        foreach (var write in writes)
        {
            foreach (var record in write.Records) PutRecord(record);
            if (write.Promised is { } ballot) acceptor = acceptor with { Promised = ballot };
            acceptor = acceptor with { CommitIndex = Math.Max(acceptor.CommitIndex, write.CommitIndex) };
            if (write.TruncatedThrough > acceptor.TruncatedThrough) DropRecords(write.TruncatedThrough);
            if (write.Cluster is { } cluster) PutCluster(cluster);
        }

        if (applied.Position is { } position)
        {
            // What was applied was chosen, and its records are in this commit or an earlier one.
            acceptor = acceptor with { CommitIndex = Math.Max(acceptor.CommitIndex, position.AppliedIndex) };
            if (applied.ReplacesAll) DropState();
            PutPosition(position);
            foreach (var (key, entry) in applied.Entries) PutEntry(Encoding.UTF8.GetBytes(key), entry.Stored, entry.Present);

            // A number that was given away is given again once nothing is remembered, so the old rows go first.
            foreach (var (key, remembered) in applied.Idempotency) DropRemembered(key, remembered.Stored);
            foreach (var (key, remembered) in applied.Idempotency) PutRemembered(key, remembered.Present);
        }

        if (acceptor != before) PutAcceptor();
        commit.ExecuteNonQuery();
    }

    /// <returns>Which start of this replica it is.</returns>
    public long CountBoot()
    {
        begin.ExecuteNonQuery();
        PutIdentity(identity with { BootCounter = identity.BootCounter + 1 });
        PutAcceptor();
        commit.ExecuteNonQuery();
        return identity.BootCounter;
    }

    public void Dispose()
    {
        foreach (var statement in statements) statement.Dispose();
    }

    private void PutAcceptor() => Run(
        putAcceptor, acceptor.Promised.Number, acceptor.Promised.Node.Name, acceptor.CommitIndex, acceptor.TruncatedThrough,
        acceptor.Rows.Count, acceptor.Rows.Sum, Schema.OfAcceptor(acceptor).Value);

    private void PutRecord(LogRecord record)
    {
        var checksum = Schema.OfRecord(record).Value;
        Replaced(record.Slot > lastSlot ? null : Sum(recordSum, record.Slot), checksum);
        lastSlot = Math.Max(lastSlot, record.Slot);
        Run(putRecord, record.Slot, record.Ballot.Number, record.Ballot.Node.Name, record.Learned ? 1L : 0L, Blob(record.Command.Bytes), checksum);
    }

    private void DropRecords(long through)
    {
        Dropped(droppedSum, through);
        Run(dropRecords, through);
        acceptor = acceptor with { TruncatedThrough = through };
    }

    /// <summary>Rare: a snapshot takes the place of the state.</summary>
    private void DropState()
    {
        foreach (var table in (string[])["entries", "idempotency"])
        {
            using var sum = connection.CreateCommand();
            sum.CommandText = $"SELECT count(*), coalesce(sum(checksum), 0) FROM {table}";
            Dropped(sum);
            Once($"DELETE FROM {table}");
        }
    }

    private void Dropped(SqliteCommand sums, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) sums.Parameters[i].Value = values[i];
        using var gone = sums.ExecuteReader();
        gone.Read();
        var rows = acceptor.Rows;
        acceptor = acceptor with { Rows = new RowTotal(rows.Count - gone.GetInt64(0), unchecked(rows.Sum - gone.GetInt64(1))) };
    }

    private void PutPosition(StorePosition position)
    {
        var checksum = Schema.OfPosition(position).Value;
        Replaced(positionChecksum, checksum);
        positionChecksum = checksum;
        Run(putPosition, position.AppliedIndex, position.Revision, position.LogTime, Schema.Bytes(position.Hash), checksum);
    }

    private void PutEntry(byte[] key, Entry? stored, Entry? entry)
    {
        long? old = stored is null ? null : Schema.OfEntry(key, stored).Value;
        if (entry is null)
        {
            Replaced(old, null);
            if (stored is not null) Run(deleteEntry, key);
            return;
        }

        var checksum = Schema.OfEntry(key, entry).Value;
        Replaced(old, checksum);
        Run(putEntry, key, Blob(entry.Value), entry.Revision, entry.CreatedRevision, checksum);
    }

    private void DropRemembered(UInt128 keyHash, Remembered? stored)
    {
        if (stored is not { } row) return;
        Replaced(Schema.OfRemembered(Schema.Bytes(keyHash), row).Value, null);
        Run(deleteRemembered, row.Order);
    }

    private void PutRemembered(UInt128 keyHash, Remembered? remembered)
    {
        if (remembered is not { } row) return;
        var key = Schema.Bytes(keyHash);
        var checksum = Schema.OfRemembered(key, row).Value;
        Replaced(null, checksum);
        Run(putRemembered, row.Order, key, Schema.Bytes(row.RequestHash), row.Result.Encode(), row.LogTime, checksum);
    }

    /// <summary>Rare: at formation and when a peer has restarted.</summary>
    private void PutCluster(ClusterState cluster)
    {
        PutIdentity(identity with { Cluster = cluster });
        Once("DELETE FROM members");
        Once("DELETE FROM boots");
        Once("DELETE FROM retired");
        foreach (var member in cluster.Members) Once("INSERT INTO members VALUES ($0, $1)", member.Node.Name, member.Incarnation);
        foreach (var boot in cluster.Boots) Once("INSERT INTO boots VALUES ($0, $1)", boot.Node.Name, boot.BootCounter);
        foreach (var lost in cluster.Retired) Once("INSERT INTO retired VALUES ($0, $1)", lost.Node.Name, lost.Incarnation);
    }

    private void PutIdentity(IdentityRow row)
    {
        var checksum = Schema.OfIdentity(row).Value;
        Replaced(Schema.OfIdentity(identity).Value, checksum);
        identity = row;
        Run(putIdentity, row.BootCounter, row.Cluster.ClusterId, row.Cluster.Recovering ? 1L : 0L, row.Cluster.Stopped ?? (object)DBNull.Value, checksum);
    }

    /// <summary>Keeps the total.</summary>
    private void Replaced(long? old, long? present)
    {
        var rows = acceptor.Rows;
        if (old is { } gone) rows = rows.Without(gone);
        if (present is { } added) rows = rows.With(added);
        acceptor = acceptor with { Rows = rows };
    }

    /// <summary>The pages that it reads are those that the change that follows reads anyway.</summary>
    private static long? Sum(SqliteCommand statement, object key)
    {
        statement.Parameters[0].Value = key;
        return statement.ExecuteScalar() as long?;
    }

    private void Once(string text, params ReadOnlySpan<object> values)
    {
        using var statement = connection.CreateCommand();
        statement.CommandText = text;
        for (var i = 0; i < values.Length; i++) statement.Parameters.AddWithValue($"${i}", values[i]);
        statement.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string text, int parameters)
    {
        var statement = connection.CreateCommand();
        statement.CommandText = text;
        for (var i = 0; i < parameters; i++) statement.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        statement.Prepare();
        statements.Add(statement);
        return statement;
    }

    private static void Run(SqliteCommand statement, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) statement.Parameters[i].Value = values[i];
        statement.ExecuteNonQuery();
    }

    private static byte[] Blob(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : bytes.ToArray();
}
