using System.Buffers.Binary;
using System.Globalization;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Storage;

/// <summary>A byte of the files changes while the replica is down: it refuses to start, or nothing is different.</summary>
public sealed class DamageTests
{
    private const int Page = 4096, Frame = Page + 24;

    /// <summary>Beside the bytes that say what the others mean, which are all tried. Raise it to look for a needle.</summary>
    private static readonly int Samples = int.Parse(Environment.GetEnvironmentVariable("PAXOS_STORAGE_FLIPS") ?? "150", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void In_the_database_it_is_noticed_or_changes_nothing(int seed)
    {
        using var folder = new DataFolder();
        var (expected, _) = Fill(folder, (ulong)seed, stopCleanly: true);
        var bytes = File.ReadAllBytes(folder.Database);
        var random = new Prng((ulong)seed);
        var structure = Enumerable.Range(0, 100).Concat(Enumerable.Range(0, bytes.Length / Page).SelectMany(page => Enumerable.Range((page * Page) + (page == 0 ? 100 : 0), 12)));
        var (refused, unchanged) = (0, 0);
        foreach (var (offset, mask) in Flips(structure, bytes.Length, random))
        {
            if (Holds(folder, folder.Database, bytes, offset, mask) is not { } found)
            {
                refused++;
                continue;
            }

            unchanged++;
            Assert.True(found == expected, $"seed {seed}: byte {offset} ^ {mask:x} of the database was not noticed, and the state is another\n{found}");
        }

        Assert.True(refused > 150 && unchanged > 50, $"{refused} refused, {unchanged} without effect");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void In_the_log_it_is_noticed_or_takes_back_the_last_transaction_at_most(int seed)
    {
        using var folder = new DataFolder();
        var (expected, before) = Fill(folder, (ulong)seed, stopCleanly: false);
        var log = folder.Database + "-wal";
        var bytes = File.ReadAllBytes(log);
        var lastTransaction = LastTransaction(bytes);
        var structure = Enumerable.Range(0, 32).Concat(Enumerable.Range(0, (bytes.Length - 32) / Frame).SelectMany(frame => Enumerable.Range(32 + (frame * Frame), 24)));
        var (refused, unchanged, takenBack) = (0, 0, 0);
        foreach (var (offset, mask) in Flips(structure, bytes.Length, new Prng((ulong)seed)))
        {
            if (Holds(folder, log, bytes, offset, mask) is not { } found) refused++;
            else if (found == expected) unchanged++;
            else if (offset >= lastTransaction && found == before) takenBack++;
            else Assert.Fail($"seed {seed}: byte {offset} ^ {mask:x} of the log was not noticed, and the state is another (the last transaction begins at {lastTransaction})\n{found}");
        }

        Assert.True(refused > 10 * takenBack && takenBack > 0, $"{refused} refused, {takenBack} took the last transaction back, {unchanged} without effect");
    }

    [Theory]
    [InlineData(0, "its page number")]
    [InlineData(4, "its commit mark")]
    [InlineData(8, "one salt")]
    [InlineData(12, "the other salt")]
    [InlineData(16, "one checksum")]
    [InlineData(20, "the other checksum")]
    [InlineData(1_000, "its page")]
    public void The_last_promise_but_one_is_noticed_whatever_of_its_frame_is_cleared(int offset, string what)
    {
        using var folder = new DataFolder();
        Fill(folder, 1, stopCleanly: false);
        var log = File.ReadAllBytes(folder.Database + "-wal");
        var frame = Commits(log)[^2];
        Assert.Equal(log.Length, 32 + ((frame + 2) * Frame));
        log.AsSpan(32 + (frame * Frame) + offset, offset < 24 ? 4 : 0).Clear();
        if (offset >= 24) log[32 + (frame * Frame) + offset] ^= 1;
        File.WriteAllBytes(folder.Database + "-wal", log);

        var refusal = Record.Exception(() => PaxosDatabase.Open(folder.Options(), out _).Dispose());

        Assert.True(refusal is StorageException && refusal.Message.Contains($"-wal is damaged: frame {frame + 1} ", StringComparison.Ordinal), $"{what}: {refusal}");
    }

    [Fact]
    public void A_log_beside_no_database_or_an_empty_one_is_refused()
    {
        using var folder = new DataFolder();
        Fill(folder, 1, stopCleanly: false);
        File.WriteAllBytes(folder.Database, []);
        Assert.Contains("is empty", Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _)).Message, StringComparison.Ordinal);

        File.Delete(folder.Database);
        Assert.Contains("is not there", Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _)).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.Database + "-wal"));
    }

    [Fact]
    public void A_refused_directory_is_left_as_it_was()
    {
        using var folder = new DataFolder();
        Fill(folder, 1, stopCleanly: false);
        var log = File.ReadAllBytes(folder.Database + "-wal");
        log[32 + 24 + 100] ^= 1;
        File.WriteAllBytes(folder.Database + "-wal", log);
        var database = File.ReadAllBytes(folder.Database);

        var refusal = Assert.Throws<StorageException>(() => PaxosDatabase.Open(folder.Options(), out _));

        Assert.Contains($"{folder.Database}-wal is damaged: frame 1 ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(log, File.ReadAllBytes(folder.Database + "-wal"));
        Assert.Equal(database, File.ReadAllBytes(folder.Database));
    }

    private static IEnumerable<(int Offset, byte Mask)> Flips(IEnumerable<int> structure, int length, Prng random)
    {
        foreach (var offset in structure)
        {
            yield return (offset, random.OneIn(2) ? (byte)(1 << (int)random.Between(0, 8)) : (byte)random.Between(1, 256));
        }

        for (var i = 0; i < Samples; i++) yield return ((int)random.Between(0, length), (byte)random.Between(1, 256));
    }

    /// <returns>The state that it starts with, and still has after another commit and restart; null where it refuses.</returns>
    private static string? Holds(DataFolder folder, string file, byte[] bytes, int offset, byte mask)
    {
        using var damaged = folder.CopyAsAfterKill();
        using var disk = new FaultyDisk(damaged.Path);
        var copy = Path.Combine(damaged.Path, Path.GetFileName(file));
        var changed = (byte[])bytes.Clone();
        changed[offset] ^= mask;
        File.WriteAllBytes(copy, changed);
        PaxosDatabase database;
        StoredState stored;
        try
        {
            database = PaxosDatabase.Open(damaged.Options(), out stored);
        }
        catch (StorageException refusal)
        {
            Assert.Contains(damaged.Database, refusal.Message, StringComparison.Ordinal);
            return null;
        }

        var text = StateText.Of(stored);
        var world = new RandomWrites(1, stored);
        using (database)
        {
            for (var i = 0; i < 4; i++)
            {
                var (writes, rows) = world.Next();
                database.Commit(writes, rows);
            }
        }

        using var restarted = PaxosDatabase.Open(damaged.Options(), out var found);
        Assert.Equal(world.Expected, StateText.Of(found));
        return text;
    }

    /// <returns>The state, and the one before the last commit.</returns>
    private static (string Expected, string Before) Fill(DataFolder folder, ulong seed, bool stopCleanly)
    {
        using var running = new DataFolder();
        using var disk = new FaultyDisk(running.Path);
        string expected, before;
        using (var database = PaxosDatabase.Open(running.Options(), out var stored))
        {
            if (stopCleanly) MakeFreePages(database, stored);
        }

        using (var database = PaxosDatabase.Open(running.Options(), out var stored, spare: 0))
        {
            var world = new RandomWrites(seed, stored);
            for (var i = 0; i < 25; i++)
            {
                var (writes, rows) = world.Next();
                database.Commit(writes, rows);
            }

            database.Commit([world.NextPromise()], new AppliedRows());
            before = world.Expected;
            database.Commit([world.NextPromise()], new AppliedRows());
            expected = world.Expected;
            if (!stopCleanly) Copy(running, folder);
        }

        if (stopCleanly) Copy(running, folder);
        return (expected, before);
    }

    /// <summary>By records that need pages of their own, and then do not any more.</summary>
    private static void MakeFreePages(PaxosDatabase database, StoredState stored)
    {
        var large = Enumerable.Range(1, 8).Select(slot =>
            new LogRecord(slot, new Ballot(1, new NodeId("node0")), false, Batch.Encode(stored.Self, slot, slot, [new byte[slot * 2_000]]))).ToList();
        database.Commit([new Write(1, null, large, 0, null)], new AppliedRows());
        database.Commit([new Write(2, null, [.. large.Select(record => record with { Command = Command.NoOp })], 0, null)], new AppliedRows());
    }

    private static void Copy(DataFolder from, DataFolder to)
    {
        using var copy = from.CopyAsAfterKill();
        foreach (var file in Directory.GetFiles(copy.Path)) File.Copy(file, Path.Combine(to.Path, Path.GetFileName(file)));
    }

    /// <summary>Where it begins: after the last frame but one that commits.</summary>
    private static int LastTransaction(byte[] log) => 32 + ((Commits(log)[^2] + 1) * Frame);

    private static List<int> Commits(byte[] log) =>
        [.. Enumerable.Range(0, (log.Length - 32) / Frame).Where(frame => BinaryPrimitives.ReadUInt32BigEndian(log.AsSpan(32 + (frame * Frame) + 4)) != 0)];
}
