using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;
using BenchmarkDotNet.Attributes;

namespace AspirePaxos.Benchmarks.Micro;

/// <summary>The leader's message of phase 2, as it goes to a peer and comes from one.</summary>
public class AcceptJsonBenchmark
{
    private Envelope envelope = null!;
    private byte[] body = [];

    [Params(1, 64)]
    public int Commands { get; set; }

    [Params(10, 4_096)]
    public int ValueBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        envelope = Samples.Accept(Commands, ValueBytes);
        body = PeerJsonWriter.Write(envelope);
    }

    [Benchmark]
    public int Write() => PeerJsonWriter.Write(envelope).Length;

    [Benchmark]
    public object Read() => PeerJsonReader.ReadRequest(MessageNames.Of(envelope.Message), body);
}
