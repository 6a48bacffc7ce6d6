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
    private readonly List<Statement> statements = [];
    private readonly Statement begin, commit, putIdentity, putAcceptor, putPosition;
    private readonly Statement putRecord, dropRecords, putEntry, deleteEntry, putRemembered, deleteRemembered;
    private readonly Statement recordSum, droppedSum;
    private readonly LargeValues large;
    private IdentityRow identity;
    private AcceptorRow acceptor;
    private long positionChecksum;

    /// <summary>No record ever stood above it.</summary>
    private long lastSlot;

    public DatabaseWriter(SqliteConnection connection, SingleRows held, int spare)
    {
        this.connection = connection;
        (identity, acceptor, positionChecksum, lastSlot) = (held.Identity, held.Acceptor, held.PositionChecksum, held.LastSlot);
        large = new LargeValues(connection, held.LargeValues, spare);
        begin = Prepare("BEGIN IMMEDIATE");
        commit = Prepare("COMMIT");
        putIdentity = Prepare("UPDATE identity SET boot_counter = $0, cluster_id = $1, recovering = $2, stopped = $3, checksum = $4");
        putAcceptor = Prepare(
            "UPDATE acceptor SET promised_number = $0, promised_node = $1, commit_index = $2, truncated_through = $3, row_count = $4, row_sum = $5, checksum = $6");
        putPosition = Prepare("UPDATE position SET applied_index = $0, revision = $1, log_time = $2, hash = $3, checksum = $4");
        putRecord = Prepare("INSERT OR REPLACE INTO log VALUES ($0, $1, $2, $3, $4, $5, $6)");
        dropRecords = Prepare("DELETE FROM log WHERE slot <= $0");
        putEntry = Prepare("INSERT OR REPLACE INTO entries VALUES ($0, $1, $2, $3, $4, $5)");
        deleteEntry = Prepare("DELETE FROM entries WHERE key = $0");
        putRemembered = Prepare("INSERT INTO idempotency VALUES ($0, $1, $2, $3, $4, $5)");
        deleteRemembered = Prepare("DELETE FROM idempotency WHERE sequence = $0");
        recordSum = Prepare("SELECT count(*), coalesce(sum(checksum), 0) FROM log WHERE slot = $0");
        droppedSum = Prepare("SELECT count(*), coalesce(sum(checksum), 0) FROM log WHERE slot <= $0");
    }

    public void Commit(IReadOnlyList<Write> writes, AppliedRows applied)
    {
        begin.Run();
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
            foreach (var (key, entry) in applied.Entries) PutEntry(key, entry);

            // A number that was given away is given again once nothing is remembered, so the old rows go first.
            foreach (var (key, remembered) in applied.Idempotency) DropRemembered(key, remembered.Stored);
            foreach (var (key, remembered) in applied.Idempotency) PutRemembered(key, remembered.Present);
        }

        if (acceptor != before)
        {
            large.Sweep();
            PutAcceptor();
        }

        commit.Run();
    }

    /// <returns>Which start of this replica it is.</returns>
    public long CountBoot()
    {
        begin.Run();
        PutIdentity(identity with { BootCounter = identity.BootCounter + 1 });
        PutAcceptor();
        commit.Run();
        return identity.BootCounter;
    }

    public void Dispose()
    {
        foreach (var statement in statements) statement.Dispose();
        large.Dispose();
    }

    private void PutAcceptor() => putAcceptor
        .Bind(acceptor.Promised.Number).Bind(acceptor.Promised.Node.Name).Bind(acceptor.CommitIndex).Bind(acceptor.TruncatedThrough)
        .Bind(acceptor.Rows.Count).Bind(acceptor.Rows.Sum).Bind(Schema.OfAcceptor(acceptor).Value).Run();

    private void PutRecord(LogRecord record)
    {
        var checksum = Schema.OfRecord(record).Value;
        var mayReplace = record.Slot <= lastSlot;
        if (mayReplace) Dropped(recordSum.Bind(record.Slot));
        Replaced(null, checksum);
        lastSlot = Math.Max(lastSlot, record.Slot);
        var command = large.Put(record, mayReplace, out var largeValues);
        putRecord
            .Bind(record.Slot).Bind(record.Ballot.Number).Bind(record.Ballot.Node.Name).Bind(record.Learned ? 1 : 0)
            .Bind(command).Bind(checksum).Bind(largeValues).Run();
    }

    private void DropRecords(long through)
    {
        Dropped(droppedSum.Bind(through));
        dropRecords.Bind(through).Run();
        large.Release(acceptor.TruncatedThrough, through);
        acceptor = acceptor with { TruncatedThrough = through };
    }

    /// <summary>Rare: a snapshot takes the place of the state.</summary>
    private void DropState()
    {
        foreach (var table in (string[])["entries", "idempotency"])
        {
            using var sum = new Statement(connection, $"SELECT count(*), coalesce(sum(checksum), 0) FROM {table}");
            Dropped(sum);
            Once($"DELETE FROM {table}");
        }

        large.Clear();
    }

    /// <param name="sums">Gives the number of the rows that go, and the sum of their checksums.</param>
    private void Dropped(Statement sums)
    {
        var (count, sum) = sums.Row();
        var rows = acceptor.Rows;
        acceptor = acceptor with { Rows = new RowTotal(rows.Count - count, unchecked(rows.Sum - sum)) };
    }

    private void PutPosition(StorePosition position)
    {
        var checksum = Schema.OfPosition(position).Value;
        Replaced(positionChecksum, checksum);
        positionChecksum = checksum;
        putPosition.Bind(position.AppliedIndex).Bind(position.Revision).Bind(position.LogTime).Bind(Schema.Bytes(position.Hash)).Bind(checksum).Run();
    }

    private void PutEntry(string name, AppliedRows.Changed<Entry?> change)
    {
        var (key, (stored, entry, origin)) = (Encoding.UTF8.GetBytes(name), change);
        var id = large.Refer(name, entry, origin);
        long? old = stored is null ? null : Schema.OfEntry(key, stored).Value;
        if (entry is null)
        {
            Replaced(old, null);
            if (stored is not null) deleteEntry.Bind(key).Run();
            return;
        }

        var checksum = Schema.OfEntry(key, entry).Value;
        Replaced(old, checksum);
        putEntry
            .Bind(key).Bind(id is null ? entry.Value.Span : default).Bind(entry.Revision).Bind(entry.CreatedRevision).Bind(checksum).Bind(id).Run();
    }

    private void DropRemembered(UInt128 keyHash, Remembered? stored)
    {
        if (stored is not { } row) return;
        Replaced(Schema.OfRemembered(Schema.Bytes(keyHash), row).Value, null);
        deleteRemembered.Bind(row.Order).Run();
    }

    private void PutRemembered(UInt128 keyHash, Remembered? remembered)
    {
        if (remembered is not { } row) return;
        var key = Schema.Bytes(keyHash);
        var checksum = Schema.OfRemembered(key, row).Value;
        Replaced(null, checksum);
        putRemembered
            .Bind(row.Order).Bind(key).Bind(Schema.Bytes(row.RequestHash)).Bind(row.Result.Encode()).Bind(row.LogTime).Bind(checksum).Run();
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
        putIdentity.Bind(row.BootCounter).Bind(row.Cluster.ClusterId).Bind(row.Cluster.Recovering ? 1 : 0).Bind(row.Cluster.Stopped).Bind(checksum).Run();
    }

    /// <summary>Keeps the total.</summary>
    private void Replaced(long? old, long? present)
    {
        var rows = acceptor.Rows;
        if (old is { } gone) rows = rows.Without(gone);
        if (present is { } added) rows = rows.With(added);
        acceptor = acceptor with { Rows = rows };
    }

    private void Once(string text, params ReadOnlySpan<object> values)
    {
        using var statement = connection.CreateCommand();
        statement.CommandText = text;
        for (var i = 0; i < values.Length; i++) statement.Parameters.AddWithValue($"${i}", values[i]);
        statement.ExecuteNonQuery();
    }

    private Statement Prepare(string text)
    {
        var statement = new Statement(connection, text);
        statements.Add(statement);
        return statement;
    }
}
