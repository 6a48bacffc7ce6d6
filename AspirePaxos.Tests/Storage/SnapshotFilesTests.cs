using System.Collections.Concurrent;
using AspirePaxos.KeyValue;
using AspirePaxos.Node;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace AspirePaxos.Tests.Storage;

/// <summary>Which snapshot is served to whom, for how long, and what becomes of one that is fetched.</summary>
public sealed class SnapshotFilesTests : IDisposable
{
    private const string Cluster = "c";
    private static readonly Identity peer = new(new NodeId("node1"), 2, 1);
    private readonly DataFolder folder = new();
    private readonly BlockingCollection<LoopInput> posted = [];
    private readonly KeyValueStore store = new(new StoreOptions());
    private SnapshotFiles files;

    public SnapshotFilesTests() => files = Start(out _);

    public void Dispose()
    {
        files.Dispose();
        posted.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_snapshot_that_brings_the_asker_nothing_is_not_served_but_a_new_one()
    {
        Apply(10);
        Assert.Equal(10, Ask(slot: 0, offset: 0, above: 0).Id.Slot);
        Apply(20);
        Assert.Equal(10, Ask(slot: 0, offset: 0, above: 9).Id.Slot);
        Assert.Equal(20, Ask(slot: 10, offset: 5, above: 10) is { Offset: 0 } part ? part.Id.Slot : -1);
        Assert.Equal(20, Ask(slot: 0, offset: 0, above: 19).Id.Slot);
    }

    [Fact]
    public void One_that_ends_below_what_was_dropped_is_served_to_whom_is_fetching_it_alone()
    {
        Apply(10);
        Ask(slot: 0, offset: 0, above: 0);
        Apply(20);
        Assert.Equal((10, 5), Ask(slot: 10, offset: 5, above: 3, truncatedThrough: 15) is var part ? (part.Id.Slot, part.Offset) : default);
        Assert.Equal(20, Ask(slot: 0, offset: 0, above: 3, truncatedThrough: 15).Id.Slot);
    }

    [Fact]
    public void To_an_asker_that_is_further_than_this_replica_nothing_is_served()
    {
        Apply(10);
        files.Answer(Read(0, 0, above: 10), 0, Cluster, store);
        Assert.Equal(10, Ask(slot: 0, offset: 0, above: 9).Id.Slot);
        Assert.Single(Served);
    }

    [Fact]
    public void An_asker_for_which_the_snapshot_under_way_is_too_old_gets_the_next_one()
    {
        Apply(10);
        files.Answer(Read(0, 0, above: 0), 0, Cluster, store);
        Apply(20);
        files.Answer(Read(0, 0, above: 15), 0, Cluster, store);
        var first = Assert.IsType<LoopInput.SnapshotMade>(Next());
        files.Made(first.File);
        Assert.Equal(20, Ask(slot: 0, offset: 0, above: 15).Id.Slot);
    }

    [Fact]
    public async Task A_file_that_nobody_has_read_for_long_is_deleted()
    {
        Apply(10);
        files.Tick(1_000);
        Ask(slot: 0, offset: 0, above: 0);
        files.Tick(1_000 + SnapshotFiles.IdleMilliseconds - 1);
        Ask(slot: 10, offset: 5, above: 0);
        files.Tick(1_000 + SnapshotFiles.IdleMilliseconds);
        Ask(slot: 10, offset: 5, above: 0);
        Assert.Single(Served);

        files.Tick(1_000 + (2 * SnapshotFiles.IdleMilliseconds));
        await Eventually.HoldsAsync(() => Served.Length == 0, "the file is gone");
        Assert.Equal(10, Ask(slot: 0, offset: 0, above: 0).Id.Slot);
    }

    [Fact]
    public void What_an_earlier_process_served_is_removed()
    {
        Apply(10);
        Ask(slot: 0, offset: 0, above: 0);
        Assert.Single(Served);
        files.Dispose();
        files = Start(out _);
        Assert.Empty(Served);
    }

    [Fact]
    public void A_snapshot_with_a_damaged_byte_is_refused_and_a_sound_one_taken()
    {
        var (id, bytes) = Made(10);
        var damaged = bytes.ToArray();
        damaged[bytes.Length / 2] ^= 1;
        files.Keep(new SnapshotPart(id, 0, damaged), Cluster);
        Assert.IsType<LoopInput.SnapshotRefused>(Next());
        Assert.False(File.Exists(Incoming));

        files.Keep(new SnapshotPart(id, 0, bytes), Cluster);
        var fetched = Assert.IsType<LoopInput.SnapshotFetched>(Next());
        Assert.Equal(store.Position, fetched.Store.Position);
        Assert.Equal(store.Fingerprint(), fetched.Store.Fingerprint());
    }

    [Fact]
    public void A_snapshot_of_another_cluster_or_slot_is_refused()
    {
        var (id, bytes) = Made(10);
        files.Keep(new SnapshotPart(id, 0, bytes), "another");
        Assert.IsType<LoopInput.SnapshotRefused>(Next());
        var wrong = id with { Slot = 11 };
        files.Keep(new SnapshotPart(wrong, 0, bytes), Cluster);
        Assert.IsType<LoopInput.SnapshotRefused>(Next());
    }

    [Fact]
    public async Task A_restart_goes_on_where_the_fetched_file_ends()
    {
        var (id, bytes) = Made(10);
        await FetchAsync(id, bytes.AsMemory(0, 100));
        files.Dispose();
        files = Start(out var found);
        Assert.Equal(new PartialSnapshot(id, 100), found);

        files.Keep(new SnapshotPart(id, 100, bytes.AsMemory(100)), Cluster);
        Assert.Equal(store.Fingerprint(), Assert.IsType<LoopInput.SnapshotFetched>(Next()).Store.Fingerprint());
    }

    [Fact]
    public async Task A_fetched_file_that_a_crash_damaged_is_found_out_at_its_end_at_the_latest()
    {
        var (id, bytes) = Made(10);
        await FetchAsync(id, bytes.AsMemory(0, 100));
        files.Dispose();
        var kept = File.ReadAllBytes(Incoming);
        kept[^10] ^= 1;
        File.WriteAllBytes(Incoming, kept);
        files = Start(out var found);

        files.Keep(new SnapshotPart(id, found!.Value.Offset, bytes.AsMemory(100)), Cluster);
        Assert.IsType<LoopInput.SnapshotRefused>(Next());
    }

    [Fact]
    public async Task A_fetched_file_of_which_nothing_is_needed_any_more_is_deleted()
    {
        var (id, bytes) = Made(10);
        await FetchAsync(id, bytes.AsMemory(0, 100));
        files.Dispose();
        files = Start(out var found, appliedIndex: 10);
        Assert.Null(found);
        Assert.False(File.Exists(Incoming));
    }

    private string Incoming => Path.Combine(folder.Path, IncomingSnapshot.FileName);

    private string[] Served => Directory.GetFiles(folder.Path, ServedSnapshot.Pattern);

    private static SnapshotRead Read(long slot, long offset, long above) =>
        new(new Envelope(peer, peer, Cluster, Mode.Multi, new SnapshotQuery(slot, offset, above)), slot, offset, above);

    private SnapshotFiles Start(out PartialSnapshot? found, long appliedIndex = 0)
    {
        var started = new SnapshotFiles(folder.Path, new StoreOptions(), posted.Add, NullLogger.Instance);
        found = started.Start(appliedIndex);
        return started;
    }

    private void Apply(long through)
    {
        for (var slot = store.Position.AppliedIndex + 1; slot <= through; slot++) store.Apply(slot, slot, [new Put($"k{slot}", new byte[20]).Encode()]);
    }

    /// <summary>Until it is in the file, behind the header.</summary>
    private Task FetchAsync(SnapshotId id, ReadOnlyMemory<byte> begin)
    {
        files.Keep(new SnapshotPart(id, 0, begin), Cluster);
        return Eventually.HoldsAsync(() => File.Exists(Incoming) && new FileInfo(Incoming).Length == 40 + begin.Length, "the part is kept");
    }

    /// <summary>As the loop does it.</summary>
    private LoopInput.SnapshotRead Ask(long slot, long offset, long above, long truncatedThrough = 0)
    {
        files.Answer(Read(slot, offset, above), truncatedThrough, Cluster, store);
        var next = Next();
        if (next is LoopInput.SnapshotMade made)
        {
            files.Made(made.File);
            next = Next();
        }

        return Assert.IsType<LoopInput.SnapshotRead>(next);
    }

    private (SnapshotId Id, byte[] Bytes) Made(long through)
    {
        Apply(through);
        var part = Ask(slot: 0, offset: 0, above: 0);
        Assert.Equal(part.Id.Length, part.Data.Length);
        return (part.Id, part.Data.ToArray());
    }

    private LoopInput Next() => posted.TryTake(out var next, TimeSpan.FromSeconds(60)) ? next : throw new TimeoutException("nothing came of it");
}
