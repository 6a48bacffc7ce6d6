using AspirePaxos.KeyValue;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Storage;

public sealed class SchemaUpgradeTests
{
    /// <summary>What version 4 added goes.</summary>
    private const string WithoutLargeValues = "DROP TABLE large; ALTER TABLE log DROP COLUMN large_values; ALTER TABLE entries DROP COLUMN large;";

    private static readonly Ballot ballot = new(3, new NodeId("node1"));

    [Fact]
    public void A_file_of_version_1_keeps_what_it_remembers()
    {
        using var folder = new DataFolder();
        MakeVersion1(folder, withState: true);

        for (var boot = 8; boot <= 9; boot++)
        {
            using var database = PaxosDatabase.Open(folder.Options(), out var stored);
            Assert.Equal(new Identity(new NodeId("node0"), 4711, boot), stored.Self);
            Assert.Equal(ballot, stored.State.Promised);
            Assert.Equal(2, stored.State.CommitIndex);
            Assert.Equal([1, 2], stored.State.Log.Select(record => record.Slot));
            Assert.Equal("c1", stored.State.Cluster.ClusterId);
            Assert.Equal([new Member(new NodeId("node0"), 4711), new Member(new NodeId("node1"), 5)], stored.State.Cluster.Members);
            Assert.Equal([new SeenBoot(new NodeId("node1"), 6)], stored.State.Cluster.Boots);
            Assert.Equal(new StorePosition(1, 1, 9), stored.Store.Position with { Hash = default });
            Assert.NotEqual(default, stored.Store.Position.Hash);
            Assert.Equal("x"u8.ToArray(), stored.Store.Get("k")!.Value.ToArray());
        }
    }

    [Fact]
    public void A_file_of_version_1_that_promised_nothing_yet_goes_on_so()
    {
        using var folder = new DataFolder();
        MakeVersion1(folder, withState: false);

        using var database = PaxosDatabase.Open(folder.Options(), out var stored);

        Assert.Equal(Ballot.None, stored.State.Promised);
        Assert.Equal(4711, stored.Self.Incarnation);
        Assert.Equal(default, stored.Store.Position);
    }

    [Fact]
    public void A_file_of_version_2_keeps_its_idempotency_keys_and_where_its_log_begins()
    {
        using var folder = new DataFolder();
        StorePosition position;
        using (var database = PaxosDatabase.Open(folder.Options(), out var fresh))
        {
            var store = fresh.Store;
            var rows = new AppliedRows();
            for (var slot = 1L; slot <= 5; slot++)
            {
                var applied = store.Apply(slot, slot, [new Put("k", "x"u8.ToArray(), default, $"key {slot}").Encode()]);
                rows.Add(store.Position, applied.Changes);
            }

            position = store.Position;
            var records = Enumerable.Range(1, 5).Select(slot => new LogRecord(slot, ballot, true, Command.NoOp)).ToList();
            database.Commit([new Write(1, ballot, records, 5, null) { TruncatedThrough = 0 }], rows);
            database.Commit([new Write(2, null, [], 5, null) { TruncatedThrough = 3 }], new AppliedRows());
        }

        folder.Execute(
            """
            CREATE TABLE old (
                key_hash BLOB PRIMARY KEY, request_hash BLOB NOT NULL, result BLOB NOT NULL, log_time INTEGER NOT NULL,
                sequence INTEGER NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
            INSERT INTO old SELECT key_hash, request_hash, result, log_time, sequence, checksum FROM idempotency;
            DROP TABLE idempotency;
            ALTER TABLE old RENAME TO idempotency;
            """,
            WithoutLargeValues,
            "PRAGMA user_version = 2");

        for (var start = 0; start < 2; start++)
        {
            using var database = PaxosDatabase.Open(folder.Options(), out var stored);
            Assert.Equal(5, stored.Store.IdempotencyKeys);
            Assert.Equal(position, stored.Store.Position);
            Assert.Equal(3, stored.State.TruncatedThrough);
            Assert.Equal([4, 5], stored.State.Log.Select(record => record.Slot));
        }
    }

    [Fact]
    public void Large_values_of_a_file_of_version_3_stay_where_they_are_until_they_are_overwritten()
    {
        using var folder = new DataFolder();
        var (old, present) = (new byte[5_000], new byte[6_000]);
        KeyValueStore store;
        LogRecord[] records;
        using (var database = PaxosDatabase.Open(folder.Options(), out var fresh))
        {
            store = fresh.Store;
            records = [.. new long[] { 1, 2 }.Select(slot => new LogRecord(slot, ballot, true, Batch.Encode(fresh.Self, slot, slot, [new Put($"k{slot}", old).Encode()])))];
        }

        var rows = new List<EntryRow>();
        foreach (var record in records) rows.AddRange(store.Apply(record.Slot, record.Slot, Batch.Decode(record.Command).Commands).Changes.Cast<EntryRow>());
        folder.Execute(WithoutLargeValues, "PRAGMA user_version = 3");
        WriteAsVersion3(folder, records, rows, store.Position);
        for (var start = 0; start < 2; start++)
        {
            using var database = PaxosDatabase.Open(folder.Options(), out var stored);
            Assert.Equal(store.Fingerprint(), stored.Store.Fingerprint());
            Assert.Equal(records.Select(record => record.Command.Bytes.ToArray()), stored.State.Log.Select(record => record.Command.Bytes.ToArray()));
        }

        using (var database = PaxosDatabase.Open(folder.Options(), out var stored))
        {
            var next = new LogRecord(3, ballot, true, Batch.Encode(stored.Self, 3, 3, [new Put("k1", present).Encode()]));
            var applied = new AppliedRows();
            var changes = stored.Store.Apply(3, 3, Batch.Decode(next.Command).Commands).Changes;
            applied.Add(stored.Store.Position, changes);
            database.Commit([new Write(1, null, [next], 3, null)], applied);
        }

        using var last = PaxosDatabase.Open(folder.Options(), out var found);
        Assert.Equal(present, found.Store.Get("k1")!.Value.ToArray());
        Assert.Equal(old, found.Store.Get("k2")!.Value.ToArray());
    }

    [Fact]
    public void A_file_of_version_4_keeps_its_large_values()
    {
        using var folder = new DataFolder();
        UInt128 fingerprint;
        using (var database = PaxosDatabase.Open(folder.Options(), out var fresh))
        {
            var record = new LogRecord(1, ballot, true, Batch.Encode(fresh.Self, 1, 1, [new Put("k", new byte[5_000]).Encode()]));
            var applied = new AppliedRows();
            var changes = fresh.Store.Apply(1, 1, Batch.Decode(record.Command).Commands).Changes;
            applied.Add(fresh.Store.Position, changes);
            database.Commit([new Write(1, null, [record], 1, null)], applied);
            fingerprint = fresh.Store.Fingerprint();
        }

        folder.Execute("PRAGMA user_version = 4");
        for (var start = 0; start < 2; start++)
        {
            using (PaxosDatabase.Open(folder.Options(), out var stored)) Assert.Equal(fingerprint, stored.Store.Fingerprint());
            Assert.Equal([Schema.Version], folder.Read<long>("PRAGMA user_version"));
        }
    }

    [Theory]
    [InlineData("UPDATE acceptor SET promised_number = 1", "the acceptor's promise")]
    [InlineData("UPDATE position SET revision = 7", "the position of the state")]
    [InlineData("UPDATE log SET ballot_number = 9", "the log record of slot 1")]
    [InlineData("UPDATE entries SET value = CAST('y' AS BLOB)", "an entry of the state")]
    public void Damage_is_not_given_a_checksum_by_the_upgrade(string damage, string named)
    {
        using var folder = new DataFolder();
        MakeVersion1(folder, withState: true);
        folder.Execute(damage);

        for (var start = 0; start < 2; start++)
        {
            var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _));
            Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(folder.Database, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_made_new_and_one_upgraded_have_the_same_tables()
    {
        using var old = new DataFolder();
        MakeVersion1(old, withState: true);
        PaxosDatabase.Open(old.Options(), out _).Dispose();
        using var made = new DataFolder();
        PaxosDatabase.Open(made.Options(), out _).Dispose();

        Assert.Equal(Columns(made), Columns(old));
        Assert.Contains("acceptor.truncated_through", Columns(made));
        Assert.Contains("position.hash", Columns(made));
    }

    /// <summary>As the program of version 1 made it.</summary>
    private static void MakeVersion1(DataFolder folder, bool withState)
    {
        folder.Execute(
            "PRAGMA journal_mode = WAL",
            """
            CREATE TABLE identity (
                id INTEGER PRIMARY KEY CHECK (id = 1), node TEXT NOT NULL, incarnation INTEGER NOT NULL, boot_counter INTEGER NOT NULL,
                replicas TEXT NOT NULL, cluster_id TEXT NOT NULL);
            CREATE TABLE members (node TEXT PRIMARY KEY, incarnation INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE boots (node TEXT PRIMARY KEY, boot_counter INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE acceptor (
                id INTEGER PRIMARY KEY CHECK (id = 1), promised_number INTEGER NOT NULL, promised_node TEXT NOT NULL,
                commit_index INTEGER NOT NULL, checksum INTEGER NOT NULL);
            CREATE TABLE log (
                slot INTEGER PRIMARY KEY, ballot_number INTEGER NOT NULL, ballot_node TEXT NOT NULL, learned INTEGER NOT NULL,
                command BLOB NOT NULL, checksum INTEGER NOT NULL);
            CREATE TABLE entries (
                key BLOB PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL, created_revision INTEGER NOT NULL,
                checksum INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE idempotency (
                key_hash BLOB PRIMARY KEY, request_hash BLOB NOT NULL, result BLOB NOT NULL, log_time INTEGER NOT NULL,
                sequence INTEGER NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE position (
                id INTEGER PRIMARY KEY CHECK (id = 1), applied_index INTEGER NOT NULL, revision INTEGER NOT NULL,
                log_time INTEGER NOT NULL, checksum INTEGER NOT NULL);
            PRAGMA user_version = 1;
            """,
            $"INSERT INTO identity VALUES (1, 'node0', 4711, 7, 'node0,node1,node2', '{(withState ? "c1" : "")}')");
        if (!withState) return;
        var records = new[] { new LogRecord(1, ballot, true, Command.NoOp), new LogRecord(2, ballot, false, Command.NoOp) };
        var command = Convert.ToHexString(Command.NoOp.Bytes.Span);
        folder.Execute(
            "INSERT INTO members VALUES ('node0', 4711), ('node1', 5)",
            "INSERT INTO boots VALUES ('node1', 6)",
            $"INSERT INTO acceptor VALUES (1, 3, 'node1', 2, {new Checksum().Add(ballot).Add(2).Value})",
            $"INSERT INTO log VALUES (1, 3, 'node1', 1, X'{command}', {Schema.OfRecord(records[0]).Value}), (2, 3, 'node1', 0, X'{command}', {Schema.OfRecord(records[1]).Value})",
            $"INSERT INTO entries VALUES (X'6B', X'78', 1, 1, {Schema.OfEntry("k"u8, new Entry("x"u8.ToArray(), 1, 1)).Value})",
            $"INSERT INTO position VALUES (1, 1, 1, 9, {new Checksum().Add(1).Add(1).Add(9).Value})");
    }

    /// <summary>Each value whole, in the log's record and in the key's row.</summary>
    private static void WriteAsVersion3(DataFolder folder, LogRecord[] records, List<EntryRow> rows, StorePosition position)
    {
        string Hex(ReadOnlySpan<byte> bytes) => $"X'{Convert.ToHexString(bytes)}'";
        string[] checksums = ["SELECT checksum FROM identity", "SELECT checksum FROM position", "SELECT checksum FROM log", "SELECT checksum FROM entries"];
        folder.Execute([
            .. records.Select(record => $"INSERT INTO log VALUES ({record.Slot}, 3, 'node1', 1, {Hex(record.Command.Bytes.Span)}, {Schema.OfRecord(record).Value})"),
            .. rows.Select(row =>
            {
                var (key, entry) = (System.Text.Encoding.UTF8.GetBytes(row.Key), row.Entry!);
                return $"INSERT INTO entries VALUES ({Hex(key)}, {Hex(entry.Value.Span)}, {entry.Revision}, {entry.CreatedRevision}, {Schema.OfEntry(key, entry).Value})";
            }),
            $"UPDATE position SET applied_index = {position.AppliedIndex}, revision = {position.Revision}, log_time = {position.LogTime}, hash = {Hex(Schema.Bytes(position.Hash))}, checksum = {Schema.OfPosition(position).Value}",
        ]);
        var total = folder.Read<long>(string.Join(" UNION ALL ", checksums)).Aggregate(default(RowTotal), (sum, checksum) => sum.With(checksum));
        var acceptor = new AcceptorRow(Ballot.None, position.AppliedIndex, 0, total);
        folder.Execute($"UPDATE acceptor SET commit_index = {acceptor.CommitIndex}, row_count = {total.Count}, row_sum = {total.Sum}, checksum = {Schema.OfAcceptor(acceptor).Value}");
    }

    private static List<string> Columns(DataFolder folder) =>
        folder.Read<string>("SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid");
}
