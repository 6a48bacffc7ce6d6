using AspirePaxos.KeyValue;
using AspirePaxos.Tests.Generators;
using CsCheck;

namespace AspirePaxos.Tests.KeyValue;

/// <summary>
/// The store against <see cref="NaiveStore"/>, over random slots and scans. Beside it run a second store, and one that is restored from
/// the rows whenever the sequence says so: all three must answer and change alike, to the fingerprint.
/// </summary>
public sealed class StoreModelTests
{
    private static readonly StoreOptions options = new() { IdempotencyRetention = 200, MaxIdempotencyKeys = 12 };

    private static readonly Gen<StoreCommand> command = AnyCommand.Of(
        AnyText.OfFew,
        Gen.Byte[0, 2].Array[0, 1],
        Gen.OneOf(Gen.Const(default(Condition)), AnyCommand.ConditionOn(Gen.Long[0, 40])),
        Gen.Int[0, 20].Select(i => $"i{i}").Null(0.5));

    /// <summary>Stamps run back now and then, and far ahead.</summary>
    private static readonly Gen<(long Step, List<StoreCommand> Commands)> slot = Gen.Select(
        Gen.Frequency((20, Gen.Long[-10, 30]), (1, Gen.Const(300L))), command.List[0, 4]);

    [Fact]
    public void The_store_its_twin_a_restored_one_and_the_naive_model_agree() =>
        Gen.Const(() => (new Stores(options), new NaiveStore(options))).SampleModelBased(
            [
                slot.Operation<Stores, NaiveStore>(
                    (stores, s) => stores.Apply(s.Step, s.Commands), (naive, s) => naive.Apply(naive.AppliedIndex + 1, naive.Stamp + s.Step, s.Commands)),
                slot.Array[10, 40].Operation<Stores, NaiveStore>(
                    (stores, many) =>
                    {
                        foreach (var s in many) stores.Apply(s.Step, s.Commands);
                    },
                    (naive, many) =>
                    {
                        foreach (var s in many) naive.Apply(naive.AppliedIndex + 1, naive.Stamp + s.Step, s.Commands);
                    }),
                Gen.Bool.Operation<Stores, NaiveStore>((stores, all) => stores.Restore(all), (_, _) => { }),
                Gen.Select(Gen.OneOf(AnyText.OfFew, Gen.Const("")), AnyText.OfFew.Null(), Gen.Int[1, 6]).Operation<Stores, NaiveStore>(
                    (stores, scan) => stores.Scan(scan.Item1, scan.Item2, scan.Item3), (naive, scan) => naive.Scan(scan.Item1, scan.Item2, scan.Item3)),
            ],
            equal: (stores, naive) => stores.Agree() && stores.Results.SequenceEqual(naive.Results) && stores.Entries.SequenceEqual(naive.InOrder) && stores.Pages.SequenceEqual(naive.Pages),
            iter: 400);

    /// <summary>What the sequences above reach: else they would agree on nothing.</summary>
    [Fact]
    public void Every_result_comes_up_and_keys_expire()
    {
        var naive = new NaiveStore(options);
        foreach (var (step, commands) in slot.Array[600].Drawn(7)) naive.Apply(naive.AppliedIndex + 1, naive.Stamp + step, commands);

        Assert.Equal(Enum.GetValues<ResultStatus>(), naive.Results.Select(result => result.Status).Distinct().Order());
        Assert.True(naive.Expired > 50);
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

    /// <summary>Three stores that are told the same, with the rows that storage would hold.</summary>
    private sealed class Stores(StoreOptions options)
    {
        private readonly KeyValueStore one = new(options), two = new(options);
        private readonly Dictionary<object, RowChange> rows = [];
        private readonly List<RowChange> everyRow = [];
        private KeyValueStore restored = new(options);
        private long stamp;

        public List<StoreResult> Results { get; } = [];

        public List<string> Pages { get; } = [];

        public IEnumerable<(string Key, string Value, long Revision, long Created)> Entries =>
            one.Scan("", null, int.MaxValue).Entries.Select(e => (e.Key, Convert.ToHexString(e.Entry.Value.Span), e.Entry.Revision, e.Entry.CreatedRevision));

        public void Apply(long step, List<StoreCommand> commands)
        {
            stamp += step;
            ReadOnlyMemory<byte>[] bytes = [.. commands.Select(command => (ReadOnlyMemory<byte>)command.Encode())];
            var slot = one.Position.AppliedIndex + 1;
            var applied = one.Apply(slot, stamp, bytes);
            AssertSame(applied, two.Apply(slot, stamp, bytes));
            AssertSame(applied, restored.Apply(slot, stamp, bytes));
            Results.AddRange(applied.Results);
            everyRow.AddRange(applied.Changes);
            foreach (var change in applied.Changes) Keep(change);
        }

        /// <param name="all">From every row ever written in that order, instead of the last of each in any order.</param>
        public void Restore(bool all) => restored = KeyValueStore.Restore(options, one.Position, all ? everyRow : rows.Values.Reverse());

        public void Scan(string prefix, string? after, int limit)
        {
            var page = restored.Scan(prefix, after, limit);
            Assert.Equal(one.Position.Revision, page.Revision);
            Pages.Add(NaiveStore.Describe(page.Entries.Select(entry => entry.Key), page.More));
        }

        public bool Agree() =>
            one.Position == restored.Position && one.Count == restored.Count && one.IdempotencyKeys == restored.IdempotencyKeys
            && one.Fingerprint() == two.Fingerprint() && one.Fingerprint() == restored.Fingerprint();

        private void Keep(RowChange change)
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
}
