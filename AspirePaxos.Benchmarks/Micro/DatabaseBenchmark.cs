using AspirePaxos.KeyValue;
using AspirePaxos.Node;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;
using BenchmarkDotNet.Attributes;

namespace AspirePaxos.Benchmarks.Micro;

/// <summary>One synced transaction: a slot's record, with the rows that it changed or without them.</summary>
public class DatabaseBenchmark
{
    private const int Keys = 10_000;
    private readonly string directory = Path.Combine(AppContext.BaseDirectory, "micro-data-" + Guid.NewGuid().ToString("n"));
    private ReadOnlyMemory<byte>[] commands = [];
    private PaxosDatabase database = null!;
    private KeyValueStore store = null!;
    private long slot;

    [Params(1, 64)]
    public int Commands { get; set; }

    [Params(false, true)]
    public bool Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Directory.CreateDirectory(directory);
        database = PaxosDatabase.Open(new NodeOptions { NodeId = "node0", Replicas = "node0,node1,node2", DataDirectory = directory }, out var stored);
        store = stored.Store;
        slot = 0;
        commands = Samples.Puts(Keys, 100);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        database.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Benchmark]
    public void Commit()
    {
        slot++;
        var first = (int)(slot * Commands % (Keys - Commands));
        var batch = new ArraySegment<ReadOnlyMemory<byte>>(commands, first, Commands);
        var rows = new AppliedRows();
        if (Rows) rows.Add(store.Position, store.Apply(slot, 0, batch).Changes);
        var record = new LogRecord(slot, Samples.Ballot, true, Batch.Encode(Samples.Identities[0], slot, 0, batch));
        // The tail of the log is cut as under load.
        database.Commit([new Write(slot, null, [record], slot, null) { TruncatedThrough = Math.Max(0, slot - 1_000) }], rows);
    }
}
