using AspirePaxos.KeyValue;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Storage;

public sealed class TruncationStorageTests
{
    private static readonly Ballot ballot = new(1, new NodeId("node0"));

    [Fact]
    public void Dropped_records_are_gone_and_the_rest_is_found_after_a_restart()
    {
        using var folder = new DataFolder();
        using (var database = PaxosDatabase.Open(folder.Options(), out _))
        {
            var rows = new AppliedRows();
            rows.Add(new StorePosition(5, 0, 0, 77), []);
            database.Commit([new Write(1, null, Records(1, 8), 6, null)], rows);
            database.Commit([new Write(2, null, [], 6, null) { TruncatedThrough = 4 }], new AppliedRows());
        }

        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);

        Assert.Equal(4, stored.State.TruncatedThrough);
        Assert.Equal([5, 6, 7, 8], stored.State.Log.Select(record => record.Slot));
        Assert.Equal((UInt128)77, stored.Store.Position.Hash);
    }

    [Fact]
    public void An_installed_snapshot_replaces_what_was_applied_before_and_what_follows_comes_on_top()
    {
        using var folder = new DataFolder();
        var database = PaxosDatabase.Open(folder.Options(), out _);
        var durable = new List<long>();
        using (var storage = new StorageThread(database, (_, _, _, _) => { }, failure => Assert.Fail(failure.ToString()), durable.Add))
        {
            storage.Enqueue(new Write(1, null, Records(1, 2), 2, null));
            storage.Enqueue(new StorePosition(1, 1, 1), [new EntryRow("gone", new Entry("1"u8.ToArray(), 1, 1))]);
            var snapshot = new StoreSnapshot(new StorePosition(9, 4, 9, 5), [new KeyedEntry("kept", new Entry("2"u8.ToArray(), 4, 4))], []);
            storage.Enqueue(new Write(2, null, Records(10, 10), 10, null) { TruncatedThrough = 9, InstalledSnapshot = 9 }, snapshot);
            storage.Enqueue(new StorePosition(10, 5, 9, 6), [new EntryRow("new", new Entry("3"u8.ToArray(), 5, 5))]);
            storage.Start();
        }

        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);

        Assert.Equal(new StorePosition(10, 5, 9, 6), stored.Store.Position);
        Assert.Null(stored.Store.Get("gone"));
        Assert.NotNull(stored.Store.Get("kept"));
        Assert.NotNull(stored.Store.Get("new"));
        Assert.Equal(9, stored.State.TruncatedThrough);
        Assert.Equal(10, durable[^1]);
    }

    [Fact]
    public void The_file_of_the_write_ahead_log_shrinks_after_a_large_commit()
    {
        const int CheckpointPages = 20;
        using var folder = new DataFolder();
        using var database = PaxosDatabase.Open(folder.Options(), out _, CheckpointPages);
        var log = new FileInfo(folder.Database + "-wal");
        var rows = new AppliedRows();
        rows.Add(new StorePosition(1, 1, 1, 1), [new EntryRow("large", new Entry(new byte[2 << 20], 1, 1))]);
        database.Commit([new Write(1, null, Records(1, 1), 1, null)], rows);
        log.Refresh();
        Assert.True(log.Length > 2 << 20, $"{log.Length} bytes");

        for (var slot = 2; slot <= 4; slot++) database.Commit([new Write(slot, null, Records(slot, slot), slot, null)], new AppliedRows());
        log.Refresh();
        Assert.InRange(log.Length, 1, 2 * CheckpointPages * 4_096);
    }

    [Fact]
    public void What_replaced_a_lost_directory_is_remembered()
    {
        using var folder = new DataFolder();
        var cluster = new ClusterState("c", [new Member(new NodeId("node1"), 2)], [])
        {
            Retired = [new Member(new NodeId("node1"), 1)],
            Recovering = true,
            Stopped = "it differs",
        };
        using (var database = PaxosDatabase.Open(folder.Options(), out _)) database.Commit([new Write(1, null, [], 0, cluster)], new AppliedRows());

        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);

        Assert.Equal(cluster.Retired, stored.State.Cluster.Retired);
        Assert.True(stored.State.Cluster.Recovering);
        Assert.Equal("it differs", stored.State.Cluster.Stopped);
    }

    private static List<LogRecord> Records(long from, long through) =>
        [.. Enumerable.Range((int)from, (int)(through - from + 1)).Select(slot => new LogRecord(slot, ballot, true, Command.NoOp))];
}
