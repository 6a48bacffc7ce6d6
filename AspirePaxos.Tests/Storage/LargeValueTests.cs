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
        Churn(database, store, 3, 60);
        Assert.Equal(["65538 9000", "131072 6000"], Stored(folder)[..2]);

        Commit(database, store, 63, new Delete("other"), new Put("k", "now small"u8.ToArray()));
        Churn(database, store, 64, 60);
        Assert.DoesNotContain(Stored(folder), value => value.EndsWith(" 9000", StringComparison.Ordinal) || value.EndsWith(" 6000", StringComparison.Ordinal));
        Assert.Equal([0, 1_024], Referred(folder));
    }

    [Fact]
    public void What_nothing_refers_to_goes_in_portions_once_it_is_much_the_oldest_first()
    {
        const int Keys = 100;
        const int Bytes = 2_000;
        using var folder = new DataFolder();
        var store = new KeyValueStore(new StoreOptions());
        var most = Enumerable.Range(0, Keys).Last(gone => gone * Bytes <= LargeValues.Spare + ((Keys - gone) * Bytes / 2));
        using (var database = PaxosDatabase.Open(folder.Options(), out _))
        {
            Commit(database, store, 1, [.. Enumerable.Range(0, Keys).Select(key => new Put($"{key}", new byte[Bytes]))]);
            database.Commit([new Write(1, null, [], 1, null) { TruncatedThrough = 1 }], new AppliedRows());
            for (var key = 0; key < most; key++) Commit(database, store, 2 + key, new Put($"{key}", "small"u8.ToArray()));
        }

        // As many as may stay stay, also where a process dies and another one comes.
        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);
        Assert.Equal(store.Fingerprint(), stored.Store.Fingerprint());
        Assert.Equal(Keys, Ids(folder).Count);

        // One more is too many. The first transaction stores a value, and may sweep twice its bytes besides.
        var (slot, swept) = (2 + most, 0);
        for (StoreCommand[] commands = [new Put($"{most}", "small"u8.ToArray()), new Put("new", new byte[Bytes])]; swept <= most; commands = [new NoOp()])
        {
            Commit(reopened, stored.Store, slot++, commands);
            var portion = LargeValues.LeastPortion + (swept == 0 ? 2 * Bytes : 0);
            swept = Math.Min(swept + ((portion + Bytes - 1) / Bytes), most + 1);
            Assert.Equal([.. Enumerable.Range(swept, Keys - swept).Select(key => LargeValueUses.Id(1, key)), LargeValueUses.Id(2 + most, 1)], Ids(folder));
        }

        // Then it ends, until they are too many again.
        Commit(reopened, stored.Store, slot, new Put($"{most + 1}", "small"u8.ToArray()));
        Assert.Equal(Keys - swept + 1, Ids(folder).Count);
    }

    [Fact]
    public void A_value_that_is_stored_again_in_the_meantime_is_not_swept()
    {
        using var folder = new DataFolder();
        var store = new KeyValueStore(new StoreOptions());
        using (var database = PaxosDatabase.Open(folder.Options(), out _))
        {
            // The second record takes the place of the first, and leaves many values to nobody; the third one stores some of them again.
            LogRecord Many(int count, int bytes) => Record(1, [.. Enumerable.Range(0, count).Select(key => new Put($"{key}", new byte[bytes]))]);
            database.Commit([new Write(1, null, [Many(60, 5_000)], 0, null)], new AppliedRows());
            database.Commit([new Write(2, null, [Many(1, 2_000)], 0, null)], new AppliedRows());
            Assert.InRange(Ids(folder).Count, 51, 59);
            Apply(database, store, Many(50, 3_000));
            Churn(database, store, 2, 20);
        }

        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);
        Assert.Equal(store.Fingerprint(), stored.Store.Fingerprint());
        Assert.Equal(50, Stored(folder).Count(value => value.EndsWith(" 3000", StringComparison.Ordinal)));
        Assert.DoesNotContain(Stored(folder), value => value.EndsWith(" 5000", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(200, 1_024, 1, 256 << 10)]
    [InlineData(0, 0, 64, 2_048)]
    public void The_file_holds_little_more_than_is_in_use(int keys, int bytes, int overwritten, int overwrittenBytes)
    {
        using var folder = new DataFolder();
        var store = new KeyValueStore(new StoreOptions());
        using var database = PaxosDatabase.Open(folder.Options(), out _);
        Commit(database, store, 1, [new NoOp(), .. Enumerable.Range(0, keys).Select(key => new Put($"{key}", new byte[bytes]))]);
        var each = overwritten * overwrittenBytes;
        for (var slot = 2; slot <= 40; slot++)
        {
            StoreCommand[] puts = [.. Enumerable.Range(0, overwritten).Select(key => new Put($"hot{key}", new byte[overwrittenBytes]))];
            Apply(database, store, Record(slot, puts), slot - 1);
        }

        // What is in use, half as much, and what two transactions leave.
        var most = ((keys * bytes) + each) * 3 / 2 + LargeValues.Spare + (2 * each);
        Assert.InRange(Read<long>(folder, "SELECT sum(length(value)) FROM large")[0], (keys * bytes) + each, most);
    }

    [Fact]
    public void A_snapshot_that_is_installed_makes_room_at_once()
    {
        using var folder = new DataFolder();
        var store = new KeyValueStore(new StoreOptions());
        using (var database = PaxosDatabase.Open(folder.Options(), out _))
        {
            Commit(database, store, 1, [.. Enumerable.Range(0, 40).Select(key => new Put($"{key}", new byte[5_000]))]);
            database.Commit([new Write(2, null, [Record(9, new Put("later", new byte[3_000]))], 1, null) { TruncatedThrough = 1 }], new AppliedRows());
            for (var key = 0; key < 4; key++) Commit(database, store, 2 + key, new Delete($"{key}"));
            var rows = new AppliedRows();
            rows.Replace(new StorePosition(8, 50, 8), [new EntryRow("other", new Entry(new byte[7_000], 50, 50))]);
            database.Commit([new Write(7, null, [], 8, null) { TruncatedThrough = 8, InstalledSnapshot = 8 }], rows);
            Assert.Equal([$"{LargeValueUses.Id(9, 0)} 3000"], Stored(folder));
        }

        using var reopened = PaxosDatabase.Open(folder.Options(), out var stored);
        Assert.Equal(7_000, stored.Store.Get("other")!.Value.Length);
    }

    [Fact]
    public void A_value_that_belongs_to_nothing_is_swept_like_others()
    {
        using var folder = new DataFolder();
        PaxosDatabase.Open(folder.Options(), out _).Dispose();
        folder.Execute($"INSERT INTO large VALUES (99, zeroblob({LargeValues.Spare + 1}))");
        using var database = PaxosDatabase.Open(folder.Options(), out var stored);
        Commit(database, stored.Store, 1, new Put("k", "x"u8.ToArray()));
        Assert.Empty(Stored(folder));
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

    private static void Commit(PaxosDatabase database, KeyValueStore store, long slot, params StoreCommand[] commands) =>
        Apply(database, store, Record(slot, commands));

    private static void Apply(PaxosDatabase database, KeyValueStore store, LogRecord record, long truncatedThrough = 0)
    {
        var rows = new AppliedRows();
        var applied = store.Apply(record.Slot, record.Slot, Batch.Decode(record.Command).Commands);
        rows.Add(store.Position, applied.Changes);
        database.Commit([new Write(record.Slot, null, [record], record.Slot, null) { TruncatedThrough = truncatedThrough }], rows);
    }

    /// <summary>One key is overwritten again and again, with a log that ends below: many values that nothing refers to.</summary>
    private static void Churn(PaxosDatabase database, KeyValueStore store, long from, int count)
    {
        for (var slot = from; slot < from + count; slot++) Apply(database, store, Record(slot, new Put("churn", new byte[1_024])), slot - 1);
    }

    private static byte[] Random(Prng random, int bytes) => [.. Enumerable.Range(0, bytes).Select(_ => (byte)random.Between(0, 256))];

    private static List<long> Ids(DataFolder folder) => Read<long>(folder, "SELECT id FROM large ORDER BY id");

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
