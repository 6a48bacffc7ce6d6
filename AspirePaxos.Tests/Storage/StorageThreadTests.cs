using System.Collections.Concurrent;
using AspirePaxos.KeyValue;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Storage;

public sealed class StorageThreadTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void Every_write_is_reported_once_in_order_and_is_there_afterwards()
    {
        using var folder = new DataFolder();
        var reports = new BlockingCollection<(long First, long Last)>();
        var database = PaxosDatabase.Open(folder.Options(), out _);
        using (var storage = new StorageThread(database, (first, last, _, _) => reports.Add((first, last)), failure => Assert.Fail(failure.ToString())))
        {
            storage.Start();
            for (var i = 1; i <= 500; i++) storage.Enqueue(new Write(i, null, [new LogRecord(i, new Ballot(1, new NodeId("node0")), false, Command.NoOp)], 0, null));
            var next = 1L;
            while (next <= 500)
            {
                Assert.True(reports.TryTake(out var report, Limit));
                Assert.Equal(next, report.First);
                next = report.Last + 1;
            }

            Assert.Equal(TimeSpan.Zero, storage.PendingWrite);
        }

        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);

        Assert.Equal(500, stored.State.Log.Count);
    }

    [Fact]
    public void Rows_alone_are_committed_when_nothing_else_comes()
    {
        using var folder = new DataFolder();
        var database = PaxosDatabase.Open(folder.Options(), out _);
        var states = new BlockingCollection<long>();
        using var storage = new StorageThread(database, (_, _, _, _) => { }, failure => Assert.Fail(failure.ToString()), states.Add);
        storage.Start();
        storage.Enqueue(new Write(1, null, [new LogRecord(1, new Ballot(1, new NodeId("node0")), true, Command.NoOp)], 1, null));
        storage.Enqueue(new StorePosition(1, 0, 0), []);

        Assert.True(states.TryTake(out var applied, Limit));
        Assert.Equal(1, applied);
        using var killed = folder.CopyAsAfterKill();
        using var copy = PaxosDatabase.Open(killed.Options(), out var stored);
        Assert.Equal(1, stored.State.AppliedIndex);
    }

    [Fact]
    public void Rows_that_wait_are_committed_when_the_storage_stops()
    {
        using var folder = new DataFolder();
        var database = PaxosDatabase.Open(folder.Options(), out _);
        using (var storage = new StorageThread(database, (_, _, _, _) => { }, failure => Assert.Fail(failure.ToString())))
        {
            storage.Start();
            storage.Enqueue(new Write(1, null, [new LogRecord(1, new Ballot(1, new NodeId("node0")), true, Command.NoOp)], 1, null));
            storage.Enqueue(new StorePosition(1, 1, 9), [new EntryRow("k", new Entry("v"u8.ToArray(), 1, 1))]);
        }

        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);

        Assert.Equal(new StorePosition(1, 1, 9), stored.Store.Position);
        Assert.NotNull(stored.Store.Get("k"));
    }

    [Fact]
    public void A_failed_commit_ends_the_storage_and_nothing_after_it_is_reported()
    {
        using var folder = new DataFolder();
        var failures = new BlockingCollection<Exception>();
        var reports = 0;
        var database = PaxosDatabase.Open(folder.Options(), out _);
        using var storage = new StorageThread(database, (_, _, _, _) => Interlocked.Increment(ref reports), failures.Add);
        database.Dispose();
        storage.Start();
        storage.Enqueue(new Write(1, new Ballot(1, new NodeId("node0")), [], 0, null));

        Assert.True(failures.TryTake(out _, Limit));
        storage.Enqueue(new Write(2, null, [], 0, null));

        Assert.False(failures.TryTake(out _, TimeSpan.Zero));
        Assert.Equal(0, Volatile.Read(ref reports));
    }
}
