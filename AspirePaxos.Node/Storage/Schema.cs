using System.Buffers.Binary;
using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Storage;

/// <summary>The tables of <c>paxos.db</c>.</summary>
internal static class Schema
{
    /// <summary>Kept as the file's user_version; a file with a higher one comes from a newer program.</summary>
    public static int Version => Steps.Length;

    /// <summary>Element v makes version v + 1 of version v. New columns come last, so that a file made new and one upgraded are the same.</summary>
    public static readonly string[] Steps =
    [
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
        """,
        """
        ALTER TABLE identity ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE identity ADD COLUMN recovering INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE identity ADD COLUMN stopped TEXT;
        CREATE TABLE retired (node TEXT NOT NULL, incarnation INTEGER NOT NULL, PRIMARY KEY (node, incarnation)) WITHOUT ROWID;
        ALTER TABLE acceptor ADD COLUMN truncated_through INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE acceptor ADD COLUMN row_count INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE acceptor ADD COLUMN row_sum INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE position ADD COLUMN hash BLOB NOT NULL DEFAULT X'00000000000000000000000000000000';
        """,

        // In the order of their age, so that new ones share their pages: by hash each would change one of its own.
        """
        CREATE TABLE remembered (
            sequence INTEGER PRIMARY KEY, key_hash BLOB NOT NULL, request_hash BLOB NOT NULL, result BLOB NOT NULL,
            log_time INTEGER NOT NULL, checksum INTEGER NOT NULL);
        INSERT INTO remembered SELECT sequence, key_hash, request_hash, result, log_time, checksum FROM idempotency;
        DROP TABLE idempotency;
        ALTER TABLE remembered RENAME TO idempotency;
        """,

        // A large value once, for the log's record and for the key's row (decision 17). What is there already stays as it is.
        """
        CREATE TABLE large (id INTEGER PRIMARY KEY, value BLOB NOT NULL);
        ALTER TABLE log ADD COLUMN large_values INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE entries ADD COLUMN large INTEGER;
        """,

        // Nothing changes in the file; a program that knows only version 4 would call it damaged where values wait to be swept (decision 19).
        "SELECT 1",
    ];

    public static Checksum OfIdentity(IdentityRow row)
    {
        var sum = new Checksum().Add(Bytes(row.Node)).Add(row.Incarnation).Add(row.BootCounter).Add(Bytes(row.Replicas)).Add(Bytes(row.Cluster.ClusterId));
        sum = sum.Add(row.Cluster.Members.Count);
        foreach (var member in row.Cluster.Members.OrderBy(member => member.Node)) sum = sum.Add(Bytes(member.Node.Name)).Add(member.Incarnation);
        foreach (var boot in row.Cluster.Boots.OrderBy(boot => boot.Node)) sum = sum.Add(Bytes(boot.Node.Name)).Add(boot.BootCounter);
        sum = sum.Add(row.Cluster.Retired.Count);
        foreach (var lost in row.Cluster.Retired.OrderBy(lost => (lost.Node, lost.Incarnation))) sum = sum.Add(Bytes(lost.Node.Name)).Add(lost.Incarnation);
        sum = sum.Add(row.Cluster.Recovering ? 1 : 0).Add(row.Cluster.Stopped is null ? 0 : 1);
        return row.Cluster.Stopped is { } stopped ? sum.Add(Bytes(stopped)) : sum;
    }

    public static Checksum OfRecord(LogRecord record) =>
        new Checksum().Add(record.Slot).Add(record.Ballot).Add(record.Learned ? 1 : 0).Add(record.Command.Bytes.Span);

    public static Checksum OfAcceptor(AcceptorRow row) =>
        new Checksum().Add(row.Promised).Add(row.CommitIndex).Add(row.TruncatedThrough).Add(row.Rows.Count).Add(row.Rows.Sum);

    public static Checksum OfPosition(StorePosition position) =>
        new Checksum().Add(position.AppliedIndex).Add(position.Revision).Add(position.LogTime).Add(Bytes(position.Hash));

    public static Checksum OfEntry(ReadOnlySpan<byte> key, Entry entry) =>
        new Checksum().Add(key).Add(entry.Value.Span).Add(entry.Revision).Add(entry.CreatedRevision);

    public static Checksum OfRemembered(ReadOnlySpan<byte> keyHash, ReadOnlySpan<byte> requestHash, ReadOnlySpan<byte> result, long logTime, long order) =>
        new Checksum().Add(keyHash).Add(requestHash).Add(result).Add(logTime).Add(order);

    public static Checksum OfRemembered(ReadOnlySpan<byte> keyHash, Remembered row) =>
        OfRemembered(keyHash, Bytes(row.RequestHash), row.Result.Encode(), row.LogTime, row.Order);

    public static byte[] Bytes(UInt128 hash)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        return bytes;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
