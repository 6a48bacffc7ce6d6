using AspirePaxos.KeyValue;
using BenchmarkDotNet.Attributes;

namespace AspirePaxos.Benchmarks.Micro;

/// <summary>A slot's commands on a store of 100,000 keys.</summary>
public class ApplyBenchmark
{
    private const int Keys = 100_000;
    private const int Slots = 1_000;
    private readonly ReadOnlyMemory<byte>[][] slots = new ReadOnlyMemory<byte>[Slots][];
    private KeyValueStore store = null!;
    private long slot;

    [Params(1, 64)]
    public int Commands { get; set; }

    [Params(false, true)]
    public bool Idempotent { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        store = new KeyValueStore(new StoreOptions());
        for (slot = 1; slot <= Keys / 1_000; slot++) store.Apply(slot, 0, Samples.Puts(1_000, 100, (int)(slot - 1) * 1_000));
        slot--;
        var random = new Random(1);
        for (var i = 0; i < Slots; i++)
        {
            // The same keys of idempotency come again after a thousand slots: then the table answers, which costs about as much.
            slots[i] = [.. Enumerable.Range(0, Commands).Select(j => new ReadOnlyMemory<byte>(Samples.Put(random.Next(Keys), 100, Idempotent ? $"once-{i}-{j}" : null)))];
        }
    }

    [Benchmark]
    public object Apply()
    {
        slot++;
        return store.Apply(slot, 0, slots[slot % Slots]);
    }
}
