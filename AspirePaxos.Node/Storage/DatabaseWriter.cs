using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using Microsoft.Data.Sqlite;

namespace AspirePaxos.Node.Storage;

/// <summary>One transaction per batch, through statements prepared once.</summary>
internal sealed class DatabaseWriter : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly List<SqliteCommand> statements = [];
    private readonly SqliteCommand begin, commit, putRecord, putAcceptor, putPosition, putEntry, deleteEntry, putRemembered, deleteRemembered;
    private Ballot promised;
    private long commitIndex;

    public DatabaseWriter(SqliteConnection connection)
    {
        this.connection = connection;
        begin = Prepare("BEGIN IMMEDIATE", 0);
        commit = Prepare("COMMIT", 0);
        putRecord = Prepare("INSERT OR REPLACE INTO log VALUES ($0, $1, $2, $3, $4, $5)", 6);
        putAcceptor = Prepare("INSERT OR REPLACE INTO acceptor VALUES (1, $0, $1, $2, $3)", 4);
        putPosition = Prepare("INSERT OR REPLACE INTO position VALUES (1, $0, $1, $2, $3)", 4);
        putEntry = Prepare("INSERT OR REPLACE INTO entries VALUES ($0, $1, $2, $3, $4)", 5);
        deleteEntry = Prepare("DELETE FROM entries WHERE key = $0", 1);
        putRemembered = Prepare("INSERT OR REPLACE INTO idempotency VALUES ($0, $1, $2, $3, $4, $5)", 6);
        deleteRemembered = Prepare("DELETE FROM idempotency WHERE key_hash = $0", 1);
        using var read = connection.CreateCommand();
        read.CommandText = "SELECT promised_number, promised_node, commit_index FROM acceptor";
        using var row = read.ExecuteReader();
        (promised, commitIndex) = row.Read() ? (new Ballot(row.GetInt64(0), new NodeId(row.GetString(1))), row.GetInt64(2)) : (Ballot.None, 0);
    }

    public void Commit(IReadOnlyList<Write> writes, AppliedRows applied)
    {
        begin.ExecuteNonQuery();
        var (promisedBefore, commitBefore) = (promised, commitIndex);
        foreach (var write in writes)
        {
            foreach (var record in write.Records)
            {
                Run(putRecord, record.Slot, record.Ballot.Number, record.Ballot.Node.Name, record.Learned ? 1L : 0L, Blob(record.Command.Bytes), Schema.OfRecord(record).Value);
            }

            if (write.Promised is { } ballot) promised = ballot;
            commitIndex = Math.Max(commitIndex, write.CommitIndex);
            if (write.Cluster is { } cluster) PutCluster(cluster);
        }

        if (applied.Position is { } position)
        {
            // What was applied was chosen, and its records are in this commit or an earlier one.
            commitIndex = Math.Max(commitIndex, position.AppliedIndex);
            Run(putPosition, position.AppliedIndex, position.Revision, position.LogTime, Schema.OfPosition(position).Value);
            foreach (var (key, entry) in applied.Entries) PutEntry(Encoding.UTF8.GetBytes(key), entry);
            foreach (var (key, remembered) in applied.Idempotency) PutRemembered(Hash(key), remembered);
        }

        if (promised != promisedBefore || commitIndex != commitBefore)
        {
            Run(putAcceptor, promised.Number, promised.Node.Name, commitIndex, Schema.OfAcceptor(promised, commitIndex).Value);
        }

        commit.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var statement in statements) statement.Dispose();
    }

    private void PutEntry(byte[] key, Entry? entry)
    {
        if (entry is null) Run(deleteEntry, key);
        else Run(putEntry, key, Blob(entry.Value), entry.Revision, entry.CreatedRevision, Schema.OfEntry(key, entry).Value);
    }

    private void PutRemembered(byte[] key, Remembered? remembered)
    {
        if (remembered is not { } kept)
        {
            Run(deleteRemembered, key);
            return;
        }

        var (request, result) = (Hash(kept.RequestHash), kept.Result.Encode());
        Run(putRemembered, key, request, result, kept.LogTime, kept.Order, Schema.OfRemembered(key, request, result, kept.LogTime, kept.Order).Value);
    }

    /// <summary>Rare: at formation and when a peer has restarted.</summary>
    private void PutCluster(ClusterState cluster)
    {
        Once("UPDATE identity SET cluster_id = $0", cluster.ClusterId);
        Once("DELETE FROM members");
        Once("DELETE FROM boots");
        foreach (var member in cluster.Members) Once("INSERT INTO members VALUES ($0, $1)", member.Node.Name, member.Incarnation);
        foreach (var boot in cluster.Boots) Once("INSERT INTO boots VALUES ($0, $1)", boot.Node.Name, boot.BootCounter);
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

    private static byte[] Hash(UInt128 hash)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        return bytes;
    }
}
