using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Storage;

public sealed class PaxosDatabaseTests
{
    [Fact]
    public void An_empty_directory_makes_a_replica_that_remembers_nothing()
    {
        using var folder = new DataFolder();
        using var database = PaxosDatabase.Open(folder.Options(), out var stored);

        Assert.Equal(new NodeId("node0"), stored.Self.Node);
        Assert.Equal(1, stored.Self.BootCounter);
        Assert.True(stored.Self.Incarnation > 0);
        Assert.Equal("", stored.State.Cluster.ClusterId);
        Assert.Equal(Ballot.None, stored.State.Promised);
        Assert.Empty(stored.State.Log);
        Assert.Equal(default, stored.Store.Position);
    }

    [Fact]
    public void The_boot_counter_grows_at_every_start_and_the_incarnation_stays()
    {
        using var folder = new DataFolder();
        var boots = new List<Identity>();
        for (var i = 0; i < 3; i++)
        {
            using var database = PaxosDatabase.Open(folder.Options(), out var stored);
            boots.Add(stored.Self);
        }

        Assert.Equal([1, 2, 3], boots.Select(self => self.BootCounter));
        Assert.Single(boots.Select(self => self.Incarnation).Distinct());
    }

    [Fact]
    public void The_boot_counter_survives_a_kill_right_after_the_start()
    {
        using var folder = new DataFolder();
        using var running = PaxosDatabase.Open(folder.Options(), out var before);
        using var killed = folder.CopyAsAfterKill();
        using var restarted = PaxosDatabase.Open(killed.Options(), out var after);

        Assert.Equal(before.Self.Incarnation, after.Self.Incarnation);
        Assert.Equal(2, after.Self.BootCounter);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_was_committed_is_there_after_a_kill_and_nothing_else(int seed)
    {
        using var folder = new DataFolder();
        using var database = PaxosDatabase.Open(folder.Options(), out var stored, spare: 0);
        var world = new RandomWrites((ulong)seed, stored);
        for (var commit = 0; commit < 60; commit++)
        {
            var (writes, rows) = world.Next();
            database.Commit(writes, rows);
            if (commit % 15 != 14) continue;

            using var killed = folder.CopyAsAfterKill();
            using var restarted = PaxosDatabase.Open(killed.Options(), out var found);
            world.AssertHeld(found);
        }
    }

    [Fact]
    public void A_large_value_and_every_byte_come_back()
    {
        using var folder = new DataFolder();
        var value = new byte[1 << 20];
        for (var i = 0; i < value.Length; i++) value[i] = (byte)(i * 7);
        var text = Encoding.UTF8.GetBytes("{\"commands\":[\"\\u0000 \uD83D\uDE00 \\\" ; : \\n\"]}");
        using (var database = PaxosDatabase.Open(folder.Options(), out _))
        {
            var rows = new AppliedRows();
            rows.Add(new StorePosition(1, 1, 5), [new EntryRow("a\0b:;\n\uD83D\uDE00", new Entry(value, 1, 1)), new EntryRow("empty", new Entry(default, 1, 1))]);
            database.Commit([new Write(1, null, [new LogRecord(1, new Ballot(1, new NodeId("node1")), true, new Command(text))], 1, null)], rows);
        }

        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);

        Assert.Equal(value, stored.Store.Get("a\0b:;\n\uD83D\uDE00")!.Value.ToArray());
        Assert.Equal(0, stored.Store.Get("empty")!.Value.Length);
        Assert.Equal(text, stored.State.Log.Single().Command.Bytes.ToArray());
    }

    [Fact]
    public void What_was_applied_counts_as_committed_even_where_no_write_said_so()
    {
        using var folder = new DataFolder();
        using (var database = PaxosDatabase.Open(folder.Options(), out _))
        {
            database.Commit([new Write(1, null, [new LogRecord(1, new Ballot(1, new NodeId("node1")), false, Command.NoOp)], 0, null)], new AppliedRows());
            var rows = new AppliedRows();
            rows.Add(new StorePosition(1, 0, 0), []);
            database.Commit([], rows);
        }

        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);

        Assert.Equal(1, stored.State.AppliedIndex);
        Assert.Equal(1, stored.State.CommitIndex);
    }
}
