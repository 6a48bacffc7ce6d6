using System.Text.Json;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.KeyValue;

public sealed class StoreSnapshotTests
{
    private static readonly StoreOptions options = new() { IdempotencyRetention = 500 };

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000_000)]
    public void A_store_restored_from_a_snapshot_is_the_same_and_goes_on_the_same(int cut)
    {
        var store = Filled(200);
        var bytes = Bytes(store);
        var read = StoreSnapshot.Decode(bytes.Chunk(cut).Select(piece => (ReadOnlyMemory<byte>)piece), "c1");
        var restored = KeyValueStore.Restore(options, read.Position, read.Rows);

        Assert.Equal(store.Position, restored.Position);
        Assert.Equal(store.Fingerprint(), restored.Fingerprint());
        Assert.Equal(Next(store).Results, Next(restored).Results);
        Assert.Equal(store.Position, restored.Position);
    }

    [Fact]
    public void Equal_states_give_equal_bytes_and_a_capture_does_not_change_with_the_store()
    {
        var store = Filled(50);
        var captured = store.Capture();
        var before = Bytes(store);
        Next(store);
        Assert.Equal(before, captured.Encode("c1").SelectMany(piece => piece.ToArray()));
        Assert.NotEqual(before, Bytes(store));
        Assert.Equal(Bytes(Filled(50)), before);
    }

    [Fact]
    public void One_of_another_cluster_or_without_its_end_is_refused()
    {
        var bytes = Bytes(Filled(20));
        Assert.Contains("cluster", Refused(bytes, "c2"), StringComparison.Ordinal);
        Assert.Contains("no end", Refused(bytes[..^1], "c1"), StringComparison.Ordinal);
        var lastLine = Array.LastIndexOf(bytes, (byte)'\n', bytes.Length - 2);
        Assert.Contains("holds", Refused(bytes[..(lastLine + 1)], "c1"), StringComparison.Ordinal);
        Assert.Contains("holds", Refused([], "c1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_line_with_a_broken_byte_is_refused_or_changes_what_the_checksum_is_taken_of()
    {
        var bytes = Bytes(Filled(3));
        var checksum = KeyValueStore.Checksum(bytes);
        for (var i = 0; i < bytes.Length; i++)
        {
            var broken = bytes.ToArray();
            broken[i] ^= 4;
            Assert.NotEqual(checksum, KeyValueStore.Checksum(broken));
            try
            {
                StoreSnapshot.Decode([broken], "c1");
            }
            catch (JsonException)
            {
                // Named, and nothing else escapes.
            }
        }
    }

    [Fact]
    public void The_hash_tells_histories_apart_that_end_in_the_same_rows()
    {
        KeyValueStore one = new(options), two = new(options);
        one.Apply(1, 5, [new Put("a", new byte[] { 1 }).Encode(), new Delete("b").Encode()]);
        two.Apply(1, 5, [new Put("a", new byte[] { 1 }).Encode()]);
        Assert.NotEqual(one.Position.Hash, two.Position.Hash);
        one.Apply(2, 6, []);
        two.Apply(2, 6, []);
        Assert.NotEqual(one.Position.Hash, two.Position.Hash);
        KeyValueStore three = new(options), four = new(options);
        three.Apply(1, 5, []);
        four.Apply(1, 6, []);
        Assert.NotEqual(three.Position.Hash, four.Position.Hash);
    }

    private static string Refused(byte[] bytes, string cluster) => Assert.Throws<JsonException>(() => StoreSnapshot.Decode([bytes], cluster)).Message;

    private static byte[] Bytes(KeyValueStore store) => [.. store.Capture().Encode("c1").SelectMany(piece => piece.ToArray())];

    private static Applied Next(KeyValueStore store) => store.Apply(store.Position.AppliedIndex + 1, 10_000, [new Put("next", new byte[] { 9 }, IdempotencyKey: "k1").Encode()]);

    private static KeyValueStore Filled(int slots)
    {
        var prng = new Prng(5);
        var store = new KeyValueStore(options);
        for (var slot = 1; slot <= slots; slot++)
        {
            StoreCommand command = prng.OneIn(4)
                ? new Delete($"é{prng.Between(0, 30)}")
                : new Put($"é{prng.Between(0, 30)}", BitConverter.GetBytes(prng.Next()), IdempotencyKey: prng.OneIn(2) ? $"k{slot}" : null);
            store.Apply(slot, slot * 10, [command.Encode()]);
        }

        return store;
    }
}
