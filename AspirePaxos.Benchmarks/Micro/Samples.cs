using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Benchmarks.Micro;

/// <summary>Commands and messages as they are under load.</summary>
internal static class Samples
{
    public static readonly NodeId[] Nodes = [new("node0"), new("node1"), new("node2")];
    public static readonly Identity[] Identities = [.. Nodes.Select((node, i) => new Identity(node, 0xa0 + i, 1))];
    public static readonly ClusterState Cluster = new(
        "c1", [.. Identities.Select(identity => new Member(identity.Node, identity.Incarnation))], [.. Nodes.Select(node => new SeenBoot(node, 1))]);
    public static readonly Ballot Ballot = new(7, Nodes[0]);

    public static byte[] Put(int key, int valueBytes, string? idempotencyKey = null) =>
        new Put($"bench-{key:D6}", System.Text.Encoding.ASCII.GetBytes(new string('v', valueBytes)), default, idempotencyKey).Encode();

    public static ReadOnlyMemory<byte>[] Puts(int count, int valueBytes, int first = 0) => [.. Enumerable.Range(first, count).Select(i => new ReadOnlyMemory<byte>(Put(i, valueBytes)))];

    public static Command Batch(int commands, int valueBytes, long sequence = 1) => Protocol.Batch.Encode(Identities[0], sequence, 1_000, Puts(commands, valueBytes));

    public static Envelope Accept(int commands, int valueBytes) => new(
        Identities[0], Identities[1], "c1", Mode.Multi, new Accept(Ballot, 1_000_000, [Batch(commands, valueBytes)], 999_999));
}
