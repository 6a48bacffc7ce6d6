using System.Security.Cryptography;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AspirePaxos.Node.Storage;

/// <summary>What the data directory held.</summary>
internal sealed record StoredState(Identity Self, DurableState State, KeyValueStore Store);

/// <summary>The one SQLite file of a replica, in WAL mode with every commit synced. Not thread-safe; its owner changes once, from the start to the storage thread.</summary>
internal sealed class PaxosDatabase : IDisposable
{
    public const string FileName = "paxos.db";

    /// <summary>SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE.</summary>
    private const int NoCheckpointOnClose = 1006;

    /// <summary>SQLite's own by default, bytes.</summary>
    private const int PageSize = 4_096;

    private readonly DirectoryLock directoryLock;
    private readonly SqliteConnection connection;
    private DatabaseWriter? writer;
    private bool failed;

    private PaxosDatabase(DirectoryLock directoryLock, string path)
    {
        this.directoryLock = directoryLock;
        Path = path;
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 }.ConnectionString);
    }

    public string Path { get; }

    /// <summary>Locks the directory, opens or makes the file, checks whose it is and that it is whole, and counts the boot.</summary>
    /// <param name="checkpointPages">The size of the write-ahead log from which it is copied into the database: checkpoints in steps of 16 MB.</param>
    /// <param name="spare">See <see cref="LargeValues.Spare"/>.</param>
    /// <exception cref="StorageException">The directory cannot be used; the message says why and what to do.</exception>
    public static PaxosDatabase Open(NodeOptions options, out StoredState stored, int checkpointPages = 4_000, int spare = LargeValues.Spare)
    {
        var directory = System.IO.Path.GetFullPath(options.DataDirectory);
        var database = new PaxosDatabase(DirectoryLock.Take(directory), System.IO.Path.Combine(directory, FileName));
        try
        {
            stored = database.Load(options, checkpointPages, spare);
            return database;
        }
        catch (Exception e)
        {
            database.Leave();
            database.Dispose();
            if (database.Refusal(e) is { } refusal) throw refusal;
            throw;
        }
    }

    /// <summary>Makes all of it durable at once, in order.</summary>
    /// <exception cref="StorageException">It may be durable or not, and nothing can be committed any more.</exception>
    public void Commit(IReadOnlyList<Write> writes, AppliedRows applied)
    {
        if (failed) throw new InvalidOperationException($"A commit to {Path} failed: it is never tried again.");
        failed = true;
        try
        {
            writer!.Commit(writes, applied);
            failed = false;
        }
        catch (SqliteException e)
        {
            throw DatabaseFailure.Of(Path, e);
        }
    }

    public void Dispose()
    {
        if (failed) Leave();
        writer?.Dispose();
        connection.Dispose();
        directoryLock.Dispose();
    }

    private StoredState Load(NodeOptions options, int checkpointPages, int spare)
    {
        WalScan.Check(Path);
        connection.Open();
        if (raw.sqlite3_db_readonly(connection.Handle, "main") == 1) throw DatabaseFailure.ReadOnlyFile(Path);
        // Exclusive: no shared-memory file, and no other program writes behind the replica's back.
        Execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        Execute($"PRAGMA wal_autocheckpoint = {checkpointPages}; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;");
        // An installed snapshot is one transaction, and the log's file would keep its size for good: it shrinks when it begins again.
        Execute($"PRAGMA journal_size_limit = {2L * checkpointPages * PageSize}");
        // So that a transaction writes a page once, and all of it at its end: WalScan counts on it.
        Execute("PRAGMA cache_spill = OFF");
        CheckMode();
        var replicas = string.Join(',', options.Members.Select(member => member.Name).Order(StringComparer.Ordinal));
        var reader = new DatabaseReader(connection, Path);
        Upgrade(options, replicas, reader);
        var identity = reader.Identity();
        CheckOwner(options, identity, replicas);
        CheckStructure(reader);
        var held = reader.Load(identity, options.StoreOptions, out var state, out var store);
        EmptyLog();
        writer = new DatabaseWriter(connection, held, spare);
        return new StoredState(new Identity(options.Self, identity.Incarnation, writer.CountBoot()), state, store);
    }

    private void CheckMode()
    {
        if ("wal".Equals(Scalar("PRAGMA journal_mode"))) return;
        // SQLite does not say why. A full disk is a reason too, and then a plain write says so.
        Execute($"PRAGMA user_version = {Scalar("PRAGMA user_version")}");
        throw new StorageException($"{Path} does not support SQLite's WAL mode: use a local file system.");
    }

    private void Upgrade(NodeOptions options, string replicas, DatabaseReader reader)
    {
        var version = (int)(long)Scalar("PRAGMA user_version")!;
        if (version == Schema.Version) return;
        if (version < 0 || version > Schema.Version)
        {
            throw new StorageException($"{Path} has schema version {version}, this program knows up to {Schema.Version}: start the newer program that wrote it.");
        }

        using var transaction = connection.BeginTransaction();
        new SchemaUpgrade(connection, reader, options.StoreOptions).Run(version, new IdentityRow(options.NodeId, RandomIncarnation(), 0, replicas, ClusterState.Empty));
        transaction.Commit();
    }

    /// <summary>Pages that nothing points to, or two things do, are read by nobody, until a later write goes wrong by them.</summary>
    private void CheckStructure(DatabaseReader reader)
    {
        if (Scalar("PRAGMA quick_check(1)") is not "ok" and var found) throw reader.Damaged($"{found}");
    }

    /// <summary>What a crash left of an unfinished transaction must not lie behind the next ones: <see cref="WalScan"/> would take it for theirs.</summary>
    private void EmptyLog()
    {
        if (Scalar("PRAGMA wal_checkpoint(TRUNCATE)") is not 0L) throw new StorageException($"{Path} is open in another program: close that, then start again.");
    }

    /// <summary>Closes without copying the log into the database: after a failure nothing more may be written.</summary>
    private void Leave()
    {
        if (connection.State == System.Data.ConnectionState.Open) raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, 1, out _);
    }

    /// <summary>What reading a damaged file may end in, beside what says so itself.</summary>
    private StorageException? Refusal(Exception failure) => failure switch
    {
        StorageException => null,
        SqliteException e => DatabaseFailure.Of(Path, e),
        UnauthorizedAccessException or IOException => new StorageException($"{Path} or its -wal file cannot be read: {failure.Message}", failure),
        InvalidOperationException or InvalidCastException or ArgumentException or FormatException or OverflowException or System.Text.Json.JsonException =>
            new StorageException($"{Path} is damaged: {failure.Message} Keep a copy of the directory and treat this replica as lost.", failure),
        _ => null,
    };

    private void CheckOwner(NodeOptions options, IdentityRow identity, string configured)
    {
        var (node, recorded) = (identity.Node, identity.Replicas);
        if (node != options.NodeId)
        {
            throw new StorageException(
                $"{Path} belongs to {node}, but Paxos:NodeId is {options.NodeId}: set Paxos:DataDirectory to the directory of {options.NodeId}.");
        }

        if (recorded != configured)
        {
            throw new StorageException(
                $"{Path} belongs to a cluster of {Count(recorded)} ({recorded}), but Paxos:Replicas lists {Count(configured)} ({configured}): "
                + "set Paxos:Replicas back, or give every replica an empty data directory to begin a new cluster.");
        }
    }

    private static string Count(string replicas)
    {
        var count = replicas.Split(',').Length;
        return count == 1 ? "1 replica" : $"{count} replicas";
    }

    /// <summary>Positive and below 2⁵³, so that every JSON reader keeps it exact.</summary>
    private static long RandomIncarnation()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(bytes);
        return (BitConverter.ToInt64(bytes) & ((1L << 53) - 1)) | 1;
    }

    private SqliteCommand Command(string text)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    private void Execute(string text)
    {
        using var command = Command(text);
        command.ExecuteNonQuery();
    }

    private object? Scalar(string text)
    {
        using var command = Command(text);
        return command.ExecuteScalar();
    }
}
