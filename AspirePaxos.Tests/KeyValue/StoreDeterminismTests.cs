using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.KeyValue;

public sealed class StoreDeterminismTests
{
    private static readonly string[] keys = ["a", "b", "c/1", "c/2", "\uFFFF", "\U0001F600", "\0", "é"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Two_stores_a_naive_model_and_a_restored_store_agree(int seed)
    {
        var prng = new Prng((ulong)seed);
        var options = new StoreOptions { IdempotencyRetention = 200, MaxIdempotencyKeys = 12 };
        KeyValueStore one = new(options), two = new(options);
        var restored = new KeyValueStore(options);
        var naive = new NaiveStore(options);
        var rows = new Dictionary<object, RowChange>();
        var statuses = new HashSet<ResultStatus>();
        long stamp = 0;

        for (var slot = 1; slot <= 400; slot++)
        {
            stamp += prng.Between(-10, 30);
            if (prng.OneIn(60)) stamp += 300;
            var commands = Enumerable.Range(0, (int)prng.Between(0, 5)).Select(_ => RandomCommand(prng, one.Position.Revision)).ToList();
            ReadOnlyMemory<byte>[] bytes = [.. commands.Select(command => (ReadOnlyMemory<byte>)command.Encode())];

            var applied = one.Apply(slot, stamp, bytes);
            AssertSame(applied, two.Apply(slot, stamp, bytes));
            AssertSame(applied, restored.Apply(slot, stamp, bytes));
            Assert.Equal(naive.Apply(slot, stamp, commands), applied.Results);
            statuses.UnionWith(applied.Results.Select(result => result.Status));
            foreach (var change in applied.Changes) Keep(rows, change);

            if (prng.OneIn(8)) restored = KeyValueStore.Restore(options, one.Position, rows.Values.Reverse());
            Assert.Equal(one.Position, restored.Position);
            Assert.Equal(one.Fingerprint(), two.Fingerprint());
            Assert.Equal(one.Fingerprint(), restored.Fingerprint());
            Assert.Equal(naive.InOrder, one.Scan("", null, 100).Entries.Select(e => (e.Key, Convert.ToHexString(e.Entry.Value.Span), e.Entry.Revision, e.Entry.CreatedRevision)));
        }

        Assert.Equal(5, statuses.Count);
    }

    [Fact]
    public void Restoring_from_every_row_ever_written_gives_the_same_state()
    {
        var options = new StoreOptions { IdempotencyRetention = 50 };
        var store = new KeyValueStore(options);
        var prng = new Prng(99);
        var rows = new List<RowChange>();
        for (var slot = 1; slot <= 300; slot++)
            rows.AddRange(store.Apply(slot, slot * 5, [RandomCommand(prng, store.Position.Revision).Encode()]).Changes);

        var restored = KeyValueStore.Restore(options, store.Position, rows);

        Assert.Equal(store.Fingerprint(), restored.Fingerprint());
        Assert.Equal(store.IdempotencyKeys, restored.IdempotencyKeys);
        Assert.Equal(store.Count, restored.Count);
    }

    [Fact]
    public void Different_states_have_different_fingerprints()
    {
        StoreCommand[] commands =
        [
            new NoOp(), new NoOp("x"), new NoOp("y"), new Put("a", default), new Put("b", default), new Put("a", new byte[] { 0 }),
            new Put("a", default, default, "x"), new Put("ab", "c"u8.ToArray()), new Put("a", "bc"u8.ToArray()),
        ];

        var fingerprints = commands.SelectMany(command => new[] { 0L, 7L }.Select(stamp =>
        {
            var store = new KeyValueStore(new StoreOptions());
            store.Apply(1, stamp, [command.Encode()]);
            return store.Fingerprint();
        }));

        Assert.Equal(commands.Length * 2, fingerprints.Distinct().Count());
    }

    private static StoreCommand RandomCommand(Prng prng, long revision)
    {
        var key = keys[prng.Between(0, keys.Length)];
        var condition = new Condition((ConditionKind)prng.Between(0, 4));
        if (condition.Kind == ConditionKind.RevisionIs) condition = condition with { Revision = Math.Max(0, revision - prng.Between(0, 6)) };
        var idempotencyKey = prng.OneIn(3) ? $"i{prng.Between(0, 40)}" : null;
        return prng.Between(0, 5) switch
        {
            0 or 1 or 2 => new Put(key, new byte[] { (byte)prng.Between(0, 3) }, prng.OneIn(2) ? default : condition, idempotencyKey),
            3 => new Delete(key, prng.OneIn(2) ? default : condition, idempotencyKey),
            _ => new NoOp(idempotencyKey),
        };
    }

    private static void Keep(Dictionary<object, RowChange> rows, RowChange change)
    {
        switch (change)
        {
            case EntryRow { Entry: null } row: rows.Remove(row.Key); break;
            case EntryRow row: rows[row.Key] = row; break;
            case IdempotencyRow { Remembered: null } row: rows.Remove(row.KeyHash); break;
            case IdempotencyRow row: rows[row.KeyHash] = row; break;
        }
    }

    private static void AssertSame(Applied expected, Applied actual)
    {
        Assert.Equal(expected.Results, actual.Results);
        Assert.Equal(expected.Changes.Select(Describe), actual.Changes.Select(Describe));
    }

    private static string Describe(RowChange change) => change switch
    {
        EntryRow { Entry: { } entry } row => $"{row.Key}={Convert.ToHexString(entry.Value.Span)}@{entry.Revision}/{entry.CreatedRevision}",
        _ => $"{change}",
    };
}
