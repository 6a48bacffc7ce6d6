using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using BenchmarkDotNet.Attributes;

namespace AspirePaxos.Benchmarks.Micro;

/// <summary>A client's command, and a batch of 64 of them.</summary>
public class CommandBenchmark
{
    private readonly ReadOnlyMemory<byte>[] commands = new ReadOnlyMemory<byte>[64];
    private StoreCommand command = null!;
    private Command batch;

    [Params(10, 4_096)]
    public int ValueBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Samples.Puts(commands.Length, ValueBytes).CopyTo(commands.AsSpan());
        command = StoreCommand.Decode(commands[0]);
        batch = Samples.Batch(commands.Length, ValueBytes);
    }

    [Benchmark]
    public int EncodeCommand() => command.Encode().Length;

    [Benchmark]
    public object DecodeCommand() => StoreCommand.Decode(commands[0]);

    [Benchmark]
    public int EncodeBatchOf64() => Batch.Encode(Samples.Identities[0], 1, 1_000, commands).Bytes.Length;

    [Benchmark]
    public object DecodeBatchOf64() => Batch.Decode(batch);
}
