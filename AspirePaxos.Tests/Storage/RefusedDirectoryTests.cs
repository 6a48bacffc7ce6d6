using AspirePaxos.KeyValue;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Storage;

public sealed class RefusedDirectoryTests
{
    [Fact]
    public void Another_nodes_directory_is_refused()
    {
        using var folder = new DataFolder();
        PaxosDatabase.Open(folder.Options(), out _).Dispose();

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options("node1"), out _));

        Assert.Contains("belongs to node0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Paxos:NodeId is node1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_of_three_replicas_is_refused_with_five()
    {
        using var folder = new DataFolder();
        PaxosDatabase.Open(folder.Options(), out _).Dispose();

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(replicas: "node0,node1,node2,node3,node4"), out _));

        Assert.Contains("3 replicas (node0,node1,node2)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("5", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_of_the_replicas_does_not_matter()
    {
        using var folder = new DataFolder();
        PaxosDatabase.Open(folder.Options(), out _).Dispose();

        using var reopened = PaxosDatabase.Open(folder.Options(replicas: "node2,node0,node1"), out var stored);

        Assert.Equal(2, stored.Self.BootCounter);
    }

    [Fact]
    public void A_file_of_a_newer_program_is_refused_with_both_versions()
    {
        using var folder = new DataFolder();
        PaxosDatabase.Open(folder.Options(), out _).Dispose();
        folder.Execute($"PRAGMA user_version = {Schema.Version + 7}");

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _));

        Assert.Contains($"version {Schema.Version + 7}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"up to {Schema.Version}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_in_use_is_refused_and_free_again_afterwards()
    {
        using var folder = new DataFolder();
        using (PaxosDatabase.Open(folder.Options(), out _))
        {
            var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _));
            Assert.Contains("used by another process", refusal.Message, StringComparison.Ordinal);
        }

        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);

        Assert.Equal(2, stored.Self.BootCounter);
    }

    [Theory]
    [InlineData("UPDATE log SET command = CAST('{\"commands\":[1]}' AS BLOB)", "the log record of slot 1")]
    [InlineData("UPDATE log SET learned = 1 - learned", "the log record of slot 1")]
    [InlineData("UPDATE log SET ballot_number = 9", "the log record of slot 1")]
    [InlineData("UPDATE acceptor SET promised_number = 0", "the acceptor's promise")]
    [InlineData("UPDATE position SET applied_index = 0", "the position of the state")]
    [InlineData("UPDATE entries SET value = CAST('y' AS BLOB)", "an entry of the state")]
    [InlineData("DELETE FROM log WHERE slot = 2", "between slot 1 and 2 are missing")]
    [InlineData("DELETE FROM log WHERE slot = 1", "between slot 1 and 2 are missing")]
    [InlineData("DELETE FROM log WHERE slot = 3", "rows are missing")]
    [InlineData("DELETE FROM entries", "rows are missing")]
    [InlineData("DELETE FROM acceptor", "it has lost its promise")]
    [InlineData("DELETE FROM position", "it has lost the position")]
    [InlineData("DELETE FROM identity", "it has lost its identity")]
    [InlineData("UPDATE identity SET boot_counter = 9", "the identity")]
    [InlineData("INSERT INTO members VALUES ('node1', 5)", "the identity")]
    [InlineData("UPDATE acceptor SET truncated_through = 1", "the acceptor's promise")]
    [InlineData("UPDATE position SET hash = X'01'", "the position of the state")]
    public void A_damaged_row_stops_the_start_and_names_the_file(string damage, string named)
    {
        using var folder = new DataFolder();
        using (var database = PaxosDatabase.Open(folder.Options(), out _))
        {
            var ballot = new Ballot(3, new NodeId("node1"));
            var rows = new AppliedRows();
            rows.Add(new StorePosition(1, 1, 1), [new EntryRow("k", new Entry("x"u8.ToArray(), 1, 1))]);
            database.Commit([new Write(1, ballot, [.. Enumerable.Range(1, 3).Select(slot => new LogRecord(slot, ballot, false, Command.NoOp))], 2, null)], rows);
        }

        folder.Execute(damage);

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Database, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_as_it_was_earlier_with_its_own_valid_checksum_is_noticed()
    {
        using var folder = new DataFolder();
        var (first, second) = (new Ballot(3, new NodeId("node1")), new Ballot(4, new NodeId("node2")));
        using (var database = PaxosDatabase.Open(folder.Options(), out _))
        {
            database.Commit([new Write(1, second, [new LogRecord(1, first, false, Command.NoOp)], 0, null)], new AppliedRows());
            database.Commit([new Write(2, null, [new LogRecord(1, second, false, Command.NoOp)], 0, null)], new AppliedRows());
        }

        // What a write that the disk lost would leave.
        folder.Execute($"UPDATE log SET ballot_number = 3, ballot_node = 'node1', checksum = {Schema.OfRecord(new LogRecord(1, first, false, Command.NoOp)).Value}");

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _));
        Assert.Contains("older than they were", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_stops_the_start_and_names_the_file()
    {
        using var folder = new DataFolder();
        File.WriteAllText(folder.Database, new string('x', 8_192));

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _));

        Assert.Contains(folder.Database, refusal.Message, StringComparison.Ordinal);
    }
}
