using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Storage;

public sealed class LargeValueTests
{
    private static readonly Ballot ballot = new(1, new NodeId("node0"));
    private static readonly Identity self = new(new NodeId("node0"), 1, 1);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1_023, 0)]
    [InlineData(1_024, 1)]
    [InlineData(1_025, 1)]
    [InlineData(1_026, 1)]
    [InlineData(70_000, 1)]
    public void A_batch_is_cut_where_a_value_is_large_and_joined_again_to_the_same_bytes(int bytes, int expected)
    {
        var random = new Prng((ulong)bytes);
        StoreCommand[] commands = [new Put("a", "small"u8.ToArray()), new Delete("value"), new Put("b\"\\", Random(random, bytes)), new Put("c", Random(random, bytes), default, "once")];
        var batch = Batch.Encode(self, 1, 5, [.. commands.Select(command => (ReadOnlyMemory<byte>)command.Encode())]).Bytes.ToArray();
        var cutter = new CommandCutter();

        var rest = cutter.Cut(batch, LargeValueUses.MostIndex).ToArray();

        Assert.Equal(2 * expected, cutter.Count);
        var values = Enumerable.Range(0, cutter.Count).ToDictionary(cutter.IndexOf, part => cutter.ValueOf(part).ToArray());
        foreach (var (index, value) in values) Assert.Equal(((Put)commands[index]).Value.ToArray(), value);
        Assert.Equal(batch, CommandCutter.Join(rest, cutter.Count, index => values[index]));
        if (expected > 0) Assert.InRange(rest.Length, 1, 400);
    }

    [Fact]
    public void Values_of_commands_beyond_the_last_number_stay()
    {
        var put = new Put("k", new byte[2_000]).Encode();
        var cutter = new CommandCutter();

        var rest = cutter.Cut(Batch.Encode(self, 1, 5, [put, put, put]).Bytes.Span, mostIndex: 1).Length;

        Assert.Equal([0, 1], Enumerable.Range(0, cutter.Count).Select(cutter.IndexOf));
        Assert.True(rest > put.Length, $"{rest} bytes are left");
    }

    [Theory]
    [InlineData("""{"commands":[{"op":"put","key":"k","value":"LARGE    "}]}""")]
    [InlineData("""{"commands":[{"op":"put","key":"k","value":"LARGEA==="}]}""")]
    [InlineData("""{"commands":[{"op":"put","key":"k","value":"LARGEAAB="}]}""")]
    [InlineData("""{"commands":[{"op":"put","key":"LARGE","value":"AAAA"}]}""")]
    [InlineData("""{"commands":[{"op":"put","key":"k","value":"LARGE"}""")]
    [InlineData("""{"commands":[["value","LARGE"]],"value":"LARGE"}""")]
    [InlineData("""{"commands":"LARGE"}""")]
    [InlineData(""" "LARGE" """)]
    public void What_would_not_come_back_byte_for_byte_is_left_whole(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.Replace("LARGE", new string('A', 1_368), StringComparison.Ordinal));
        var cutter = new CommandCutter();

        Assert.Equal(bytes, cutter.Cut(bytes, LargeValueUses.MostIndex).ToArray());
        Assert.Equal(0, cutter.Count);
    }

    [Fact]
    public void A_value_is_stored_once_as_long_as_log_or_key_needs_it()
    {
        using var folder = new DataFolder();
        var store = new KeyValueStore(new StoreOptions());
        using var database = PaxosDatabase.Open(folder.Options(), out _);
        Commit(database, store, 1, new Put("k", new byte[5_000]), new Put("small", "x"u8.ToArray()), new Put("other", new byte[9_000]));
        Assert.Equal(["65536 5000", "65538 9000"], Stored(folder));
        Assert.Equal([0, 5_000, 9_000], Referred(folder));

        // The log still has the first one.
        Commit(database, store, 2, new Put("k", new byte[6_000]));
        Assert.Equal(["65536 5000", "65538 9000", "131072 6000"], Stored(folder));

        // Now nobody has; the other one is the key's alone.
        database.Commit([new Write(1, null, [], 2, null) { TruncatedThrough = 1 }], new AppliedRows());
        Assert.Equal(["65538 9000", "131072 6000"], Stored(folder));

        Commit(database, store, 3, new Delete("other"), new Put("k", "now small"u8.ToArray()));
        Assert.Equal(["131072 6000"], Stored(folder));
        database.Commit([new Write(1, null, [], 3, null) { TruncatedThrough = 3 }], new AppliedRows());
        Assert.Empty(Stored(folder));
    }

    [Fact]
    public void A_record_that_takes_the_place_of_another_takes_its_values_with_it()
    {
        using var folder = new DataFolder();
        using (var database = PaxosDatabase.Open(folder.Options(), out _))
        {
            database.Commit([new Write(1, null, [Record(1, new Put("k", new byte[5_000]), new Put("l", new byte[4_000]))], 0, null)], new AppliedRows());
            database.Commit([new Write(2, null, [Record(1, new Put("k", new byte[2_000]))], 0, null)], new AppliedRows());
            Assert.Equal(["65536 2000"], Stored(folder));
        }

        PaxosDatabase.Open(folder.Options(), out _).Dispose();
    }

    [Fact]
    public void A_chosen_record_written_again_keeps_the_value_of_its_key()
    {
        using var folder = new DataFolder();
        var store = new KeyValueStore(new StoreOptions());
        using (var database = PaxosDatabase.Open(folder.Options(), out _))
        {
            Commit(database, store, 1, new Put("k", new byte[5_000]));
            database.Commit([new Write(2, null, [Record(1, new Put("k", new byte[5_000])) with { Learned = true }], 1, null)], new AppliedRows());
            Assert.Equal(["65536 5000"], Stored(folder));
        }

        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);
        Assert.Equal(store.Fingerprint(), stored.Store.Fingerprint());
    }

    [Theory]
    [InlineData("DELETE FROM large WHERE id = 131072", "a value of the log record of slot 2 is missing")]
    [InlineData("DELETE FROM large WHERE id = 65536", "the value of an entry of the state is missing")]
    [InlineData("UPDATE large SET value = zeroblob(4999) WHERE id = 131072", "the log record of slot 2 does not match its checksum")]
    [InlineData("UPDATE large SET value = zeroblob(6001) WHERE id = 65536", "an entry of the state does not match its checksum")]
    [InlineData("INSERT INTO large VALUES (99, X'00')", "3 large values are there, 2 belong to something")]
    [InlineData("UPDATE entries SET large = NULL", "an entry of the state does not match its checksum")]
    [InlineData("UPDATE entries SET large = 131072", "an entry of the state does not match its checksum")]
    [InlineData("UPDATE log SET large_values = 0", "the log record of slot 2 does not match its checksum")]
    [InlineData("UPDATE log SET large_values = 4611686018427387904", "more large values than bytes")]
    [InlineData("UPDATE log SET command = CAST(X'000000007FFFFFFF' || command AS BLOB)", "outside its command")]
    public void Damage_is_noticed(string damage, string named)
    {
        using var folder = new DataFolder();
        using (var database = PaxosDatabase.Open(folder.Options(), out _))
        {
            // That of slot 1 is the key's alone, that of slot 2 the log's.
            Commit(database, new KeyValueStore(new StoreOptions()), 1, new Put("e", new byte[6_000]));
            database.Commit([new Write(2, null, [Record(2, new Put("k", new byte[5_000]))], 1, null) { TruncatedThrough = 1 }], new AppliedRows());
            Assert.Equal(["65536 6000", "131072 5000"], Stored(folder));
        }

        folder.Execute(damage);

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _));

        Assert.Contains(folder.Database, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    private static LogRecord Record(long slot, params StoreCommand[] commands) =>
        new(slot, ballot, false, Batch.Encode(self, slot, slot, [.. commands.Select(command => (ReadOnlyMemory<byte>)command.Encode())]));

    private static void Commit(PaxosDatabase database, KeyValueStore store, long slot, params StoreCommand[] commands)
    {
        var record = Record(slot, commands);
        var rows = new AppliedRows();
        var applied = store.Apply(slot, slot, Batch.Decode(record.Command).Commands);
        rows.Add(store.Position, applied.Changes);
        database.Commit([new Write(slot, null, [record], slot, null)], rows);
    }

    private static byte[] Random(Prng random, int bytes) => [.. Enumerable.Range(0, bytes).Select(_ => (byte)random.Between(0, 256))];

    private static List<string> Stored(DataFolder folder) => Read<string>(folder, "SELECT id || ' ' || length(value) FROM large ORDER BY id");

    /// <returns>The bytes that the rows of keys hold themselves, then those that they refer to.</returns>
    private static List<long> Referred(DataFolder folder) => Read<long>(
        folder,
        "SELECT sum(length(value)) FROM entries WHERE large IS NOT NULL UNION ALL SELECT length(l.value) FROM entries e JOIN large l ON l.id = e.large");

    /// <summary>The database is open, and exclusively: what a kill would leave is read.</summary>
    private static List<T> Read<T>(DataFolder folder, string query)
    {
        using var copy = folder.CopyAsAfterKill();
        return copy.Read<T>(query);
    }
}
