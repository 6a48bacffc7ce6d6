using System.Security.Cryptography;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using Microsoft.Data.Sqlite;

namespace AspirePaxos.Node.Storage;

/// <summary>What the data directory held.</summary>
internal sealed record StoredState(Identity Self, DurableState State, KeyValueStore Store);

/// <summary>The one SQLite file of a replica, in WAL mode with every commit synced. Not thread-safe; its owner changes once, from the start to the storage thread.</summary>
internal sealed class PaxosDatabase : IDisposable
{
    public const string FileName = "paxos.db";

    private readonly DirectoryLock directoryLock;
    private readonly SqliteConnection connection;
    private DatabaseWriter? writer;

    private PaxosDatabase(DirectoryLock directoryLock, string path)
    {
        this.directoryLock = directoryLock;
        Path = path;
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
    }

    public string Path { get; }

    /// <summary>Locks the directory, opens or makes the file, checks whose it is and counts the boot.</summary>
    /// <exception cref="StorageException">The directory cannot be used; the message says why and what to do.</exception>
    public static PaxosDatabase Open(NodeOptions options, out StoredState stored)
    {
        var directory = System.IO.Path.GetFullPath(options.DataDirectory);
        var database = new PaxosDatabase(DirectoryLock.Take(directory), System.IO.Path.Combine(directory, FileName));
        try
        {
            database.Prepare();
            var self = database.Identify(options);
            stored = new DatabaseReader(database.connection, database.Path).Load(self, options.StoreOptions);
            return database;
        }
        catch (SqliteException e)
        {
            database.Dispose();
            throw new StorageException(
                $"{database.Path} cannot be read: {e.Message} It may be damaged; keep a copy of the directory and treat this replica as lost.", e);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Makes all of it durable at once, in order.</summary>
    public void Commit(IReadOnlyList<Write> writes, AppliedRows applied)
    {
        writer ??= new DatabaseWriter(connection);
        writer.Commit(writes, applied);
    }

    public void Dispose()
    {
        writer?.Dispose();
        connection.Dispose();
        directoryLock.Dispose();
    }

    private void Prepare()
    {
        connection.Open();
        // Exclusive: no shared-memory file, and no other program writes behind the replica's back. 4,000 pages: checkpoints in steps of 16 MB.
        Execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;");
        Execute("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;");
        if (!"wal".Equals(Scalar("PRAGMA journal_mode"))) throw new StorageException($"{Path} does not support SQLite's WAL mode: use a local file system.");
        var version = (long)Scalar("PRAGMA user_version")!;
        if (version > Schema.Version)
        {
            throw new StorageException($"{Path} has schema version {version}, this program knows up to {Schema.Version}: start the newer program that wrote it.");
        }

        if (version == Schema.Version) return;
        using var transaction = connection.BeginTransaction();
        Execute(Schema.Create);
        Execute($"PRAGMA user_version = {Schema.Version}");
        transaction.Commit();
    }

    private Identity Identify(NodeOptions options)
    {
        var replicas = string.Join(',', options.Members.Select(member => member.Name).Order(StringComparer.Ordinal));
        using var transaction = connection.BeginTransaction();
        using (var read = Command("SELECT node, incarnation, replicas FROM identity"))
        using (var row = read.ExecuteReader())
        {
            if (row.Read()) CheckOwner(options, row.GetString(0), row.GetString(2), replicas);
            else AddIdentity(options.NodeId, replicas);
        }

        Execute("UPDATE identity SET boot_counter = boot_counter + 1");
        using var identity = Command("SELECT incarnation, boot_counter FROM identity");
        using var found = identity.ExecuteReader();
        if (!found.Read()) throw new StorageException($"{Path} has lost its identity: keep a copy of the directory and treat this replica as lost.");
        var self = new Identity(options.Self, found.GetInt64(0), found.GetInt64(1));
        found.Close();
        transaction.Commit();
        return self;
    }

    private void AddIdentity(string node, string replicas)
    {
        using var add = Command("INSERT INTO identity VALUES (1, $node, $incarnation, 0, $replicas, '')");
        add.Parameters.AddWithValue("$node", node);
        add.Parameters.AddWithValue("$incarnation", RandomIncarnation());
        add.Parameters.AddWithValue("$replicas", replicas);
        add.ExecuteNonQuery();
    }

    private void CheckOwner(NodeOptions options, string node, string recorded, string configured)
    {
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
