using AspirePaxos.Node;
using AspirePaxos.Node.Storage;
using Microsoft.Data.Sqlite;

namespace AspirePaxos.Tests.Storage;

/// <summary>A directory of its own for one test.</summary>
internal sealed class DataFolder : IDisposable
{
    public DataFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"paxos-{Guid.NewGuid():n}");

    public string Database => System.IO.Path.Combine(Path, PaxosDatabase.FileName);

    public NodeOptions Options(string node = "node0", string replicas = "node0,node1,node2") =>
        new() { NodeId = node, Replicas = replicas, DataDirectory = Path };

    /// <summary>What a kill would leave: the files as they are now, while the database is open.</summary>
    public DataFolder CopyAsAfterKill()
    {
        var copy = new DataFolder();
        foreach (var file in Directory.GetFiles(Path, PaxosDatabase.FileName + "*"))
        {
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var to = File.Create(System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
            from.CopyTo(to);
        }

        return copy;
    }

    /// <summary>Behind the replica's back, while it is down.</summary>
    public void Execute(params IEnumerable<string> texts)
    {
        using var connection = Connect();
        foreach (var text in texts)
        {
            using var command = connection.CreateCommand();
            command.CommandText = text;
            command.ExecuteNonQuery();
        }
    }

    /// <summary>The first column of each row; only while the replica is down.</summary>
    public List<T> Read<T>(string query)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var rows = command.ExecuteReader();
        var found = new List<T>();
        while (rows.Read()) found.Add(rows.GetFieldValue<T>(0));
        return found;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        return connection;
    }
}
