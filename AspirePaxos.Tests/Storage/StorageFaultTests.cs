using System.Collections.Concurrent;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;
using Microsoft.Data.Sqlite;

namespace AspirePaxos.Tests.Storage;

/// <summary>A disk that says no.</summary>
public sealed class StorageFaultTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("Sync", FaultyVfs.IoErrorSync, "reports an error")]
    [InlineData("Write", FaultyVfs.IoErrorWrite, "reports an error")]
    [InlineData("Write", FaultyVfs.Full, "the disk is full")]
    public void A_write_or_sync_that_fails_is_reported_once_and_nothing_is_written_after_it(string kind, int code, string said)
    {
        using var folder = new DataFolder();
        using var disk = new FaultyDisk(folder.Path);
        var failures = new BlockingCollection<Exception>();
        var persisted = new BlockingCollection<long>();
        var database = PaxosDatabase.Open(folder.Options(), out _);
        var asked = 0;
        int before;
        using (var storage = new StorageThread(database, (_, last, _, _) => persisted.Add(last), failures.Add))
        {
            storage.Start();
            storage.Enqueue(Promise(1));
            Assert.True(persisted.TryTake(out var last, Limit));
            Assert.Equal(1, last);

            disk.Fault = operation => operation.Kind.ToString() == kind && Interlocked.Increment(ref asked) == 1 ? code : FaultyVfs.Ok;
            storage.Enqueue(Promise(2));
            Assert.True(failures.TryTake(out var failure, Limit));
            Assert.IsType<StorageException>(failure);
            Assert.Contains(folder.Database, failure.Message, StringComparison.Ordinal);
            Assert.Contains(said, failure.Message, StringComparison.Ordinal);

            before = disk.Journal.Count;
            storage.Enqueue(Promise(3));
            Assert.Throws<InvalidOperationException>(() => database.Commit([Promise(4)], new AppliedRows()));
        }

        Assert.Equal(before, disk.Journal.Count);
        Assert.Equal(1, asked);
        Assert.Empty(failures);
        Assert.Empty(persisted);

        // The commit that failed is there or is not; nothing later is, and nothing earlier is gone.
        disk.Fault = null;
        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);
        Assert.InRange(stored.State.Promised.Number, 1, 2);
    }

    [Fact]
    public void A_database_file_that_is_read_only_stops_the_start_and_says_so()
    {
        using var folder = new DataFolder();
        PaxosDatabase.Open(folder.Options(), out _).Dispose();
        using var disk = new FaultyDisk(folder.Path) { ReadOnly = true };

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _));

        Assert.True(refusal.Message.StartsWith($"{folder.Database} cannot be written", StringComparison.Ordinal), refusal.ToString());
        Assert.Contains("read-only", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_is_full_at_the_start_stops_it_and_says_so()
    {
        using var folder = new DataFolder();
        using var disk = new FaultyDisk(folder.Path) { Fault = operation => operation.Kind == DiskOperationKind.Write ? FaultyVfs.Full : FaultyVfs.Ok };

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _));

        Assert.True(refusal.Message.StartsWith($"{folder.Database} cannot grow: the disk is full", StringComparison.Ordinal), refusal.ToString());
    }

    [Fact]
    public void A_database_that_another_program_has_open_stops_the_start_and_is_not_called_damaged()
    {
        using var folder = new DataFolder();
        PaxosDatabase.Open(folder.Options(), out _).Dispose();
        using var shell = new SqliteConnection($"Data Source={folder.Database};Pooling=False");
        shell.Open();
        using var begin = shell.CreateCommand();
        begin.CommandText = "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE";
        begin.ExecuteNonQuery();

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _));

        Assert.Contains("is open in another program", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_data_directory_below_a_file_stops_the_start_and_names_it()
    {
        using var folder = new DataFolder();
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "");
        var options = folder.Options() with { DataDirectory = Path.Combine(file, "data") };

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(options, out _));

        Assert.Contains(options.DataDirectory, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Set Paxos:DataDirectory", refusal.Message, StringComparison.Ordinal);
    }

    private static Write Promise(long number) => new(number, new Ballot(number, new NodeId("node1")), [], 0, null);
}
