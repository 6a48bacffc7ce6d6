using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Storage;

/// <summary>The tables of <c>paxos.db</c>.</summary>
internal static class Schema
{
    /// <summary>Kept as the file's user_version; a file with a higher one comes from a newer program.</summary>
    public const int Version = 1;

    public const string Create = """
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
        """;

    public static Checksum OfRecord(LogRecord record) =>
        new Checksum().Add(record.Slot).Add(record.Ballot).Add(record.Learned ? 1 : 0).Add(record.Command.Bytes.Span);

    public static Checksum OfAcceptor(Ballot promised, long commitIndex) => new Checksum().Add(promised).Add(commitIndex);

    public static Checksum OfPosition(StorePosition position) =>
        new Checksum().Add(position.AppliedIndex).Add(position.Revision).Add(position.LogTime);

    public static Checksum OfEntry(ReadOnlySpan<byte> key, Entry entry) =>
        new Checksum().Add(key).Add(entry.Value.Span).Add(entry.Revision).Add(entry.CreatedRevision);

    public static Checksum OfRemembered(ReadOnlySpan<byte> keyHash, ReadOnlySpan<byte> requestHash, ReadOnlySpan<byte> result, long logTime, long order) =>
        new Checksum().Add(keyHash).Add(requestHash).Add(result).Add(logTime).Add(order);
}
