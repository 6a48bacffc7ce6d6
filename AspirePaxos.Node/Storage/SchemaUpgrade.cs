using System.Buffers.Binary;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using Microsoft.Data.Sqlite;

namespace AspirePaxos.Node.Storage;

/// <summary>Brings a file of an older version, or an empty one, to the present one; the caller's transaction makes it one step.</summary>
internal sealed class SchemaUpgrade(SqliteConnection connection, DatabaseReader reader, StoreOptions options)
{
    public void Run(int from, IdentityRow created)
    {
        // What is sealed below must have been sound, or damage would get a valid checksum.
        if (from == 1) CheckVersion1();
        foreach (var step in Schema.Steps.AsSpan(from)) Execute(step);
        if (from == 0) Add(created);
        if (from == 1) ChainHashes();
        if (from < 2) Seal();
        Execute($"PRAGMA user_version = {Schema.Version}");
    }

    /// <summary>Version 1 had checksums in the rows that count, but none over the identity, and a replica that had not promised yet had no row for it.</summary>
    private void CheckVersion1()
    {
        foreach (var row in Read("SELECT promised_number, promised_node, commit_index, checksum FROM acceptor"))
        {
            var promised = new Ballot((long)row[0], new NodeId((string)row[1]));
            if (new Checksum().Add(promised).Add((long)row[2]).Value != (long)row[3]) throw reader.Damaged("the acceptor's promise does not match its checksum");
        }

        foreach (var row in Read("SELECT applied_index, revision, log_time, checksum FROM position"))
        {
            if (new Checksum().Add((long)row[0]).Add((long)row[1]).Add((long)row[2]).Value != (long)row[3])
            {
                throw reader.Damaged("the position of the state does not match its checksum");
            }
        }
    }

    /// <summary>
    /// Version 1 kept no hash, but the whole log: applied again it gives the hash that every other replica comes to. One that began
    /// at zero here would differ from theirs at the first comparison.
    /// </summary>
    private void ChainHashes()
    {
        var applied = (long)(Read("SELECT applied_index FROM position").SingleOrDefault()?[0] ?? 0L);
        var store = new KeyValueStore(options);
        for (var slot = 1L; slot <= applied; slot++)
        {
            var record = Read("SELECT command FROM log WHERE slot = $0", slot);
            if (record.Count == 0) throw reader.Damaged($"the log record of slot {slot} is missing");
            var batch = Batch.Decode(new Command((byte[])record[0][0]));
            store.Apply(slot, batch.LogTime, batch.Commands);
        }

        if (applied > 0) Execute("UPDATE position SET hash = $0", Schema.Bytes(store.Position.Hash));
    }

    private void Add(IdentityRow identity)
    {
        Execute(
            "INSERT INTO identity (id, node, incarnation, boot_counter, replicas, cluster_id) VALUES (1, $0, $1, $2, $3, $4)",
            identity.Node, identity.Incarnation, identity.BootCounter, identity.Replicas, identity.Cluster.ClusterId);
    }

    /// <summary>Gives the rows of which there is one each, and the total, their checksums.</summary>
    private void Seal()
    {
        Execute("INSERT OR IGNORE INTO acceptor (id, promised_number, promised_node, commit_index, checksum) VALUES (1, 0, '', 0, 0)");
        Execute("INSERT OR IGNORE INTO position (id, applied_index, revision, log_time, checksum) VALUES (1, 0, 0, 0, 0)");
        var position = Read("SELECT applied_index, revision, log_time, hash FROM position").Single();
        var hash = BinaryPrimitives.ReadUInt128BigEndian((byte[])position[3]);
        var positionChecksum = Schema.OfPosition(new StorePosition((long)position[0], (long)position[1], (long)position[2], hash)).Value;
        Execute("UPDATE position SET checksum = $0", positionChecksum);

        var identityChecksum = Schema.OfIdentity(reader.Identity(check: false)).Value;
        Execute("UPDATE identity SET checksum = $0", identityChecksum);

        var rows = default(RowTotal).With(identityChecksum).With(positionChecksum);
        foreach (var table in (string[])["log", "entries", "idempotency"])
        {
            var counted = Read($"SELECT count(*), coalesce(sum(checksum), 0) FROM {table}").Single();
            rows = new RowTotal(rows.Count + (long)counted[0], rows.Sum + (long)counted[1]);
        }

        var promise = Read("SELECT promised_number, promised_node, commit_index FROM acceptor").Single();
        var acceptor = new AcceptorRow(new Ballot((long)promise[0], new NodeId((string)promise[1])), (long)promise[2], 0, rows);
        Execute("UPDATE acceptor SET row_count = $0, row_sum = $1, checksum = $2", rows.Count, rows.Sum, Schema.OfAcceptor(acceptor).Value);
    }

    private List<object[]> Read(string query, params ReadOnlySpan<object> values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i}", values[i]);
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    private void Execute(string text, params ReadOnlySpan<object> values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i}", values[i]);
        command.ExecuteNonQuery();
    }
}
