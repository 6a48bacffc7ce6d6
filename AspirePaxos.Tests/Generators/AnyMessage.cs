using System.Text;
using System.Text.Json;
using AspirePaxos.Protocol;
using CsCheck;

namespace AspirePaxos.Tests.Generators;

/// <summary>Every message between replicas. A new one is one line in <see cref="Kinds"/>; a test fails while it is missing.</summary>
internal static class AnyMessage
{
    private static readonly Gen<long> slot = Gen.OneOf(Gen.Long[1, 20], Gen.Long[1, 1L << 59]);
    private static readonly Gen<long> count = Gen.OneOf(Gen.Long[0, 20], Gen.Long[0, 1L << 59]);
    private static readonly Gen<NodeId> node = Gen.Int[0, 8].Select(i => new NodeId($"node{i}"));
    private static readonly Gen<NodeId> nodeOrNone = Gen.OneOf(node, Gen.Const(NodeId.None));
    private static readonly Gen<string> clusterId = Gen.ULong.Select(id => $"{id:x}");
    private static readonly Gen<Member> member = Gen.Select(node, Gen.Long[0, long.MaxValue], (n, incarnation) => new Member(n, incarnation));

    public static readonly Gen<Ballot> Ballot = Gen.Frequency(
        (7, Gen.Select(Gen.OneOf(Gen.Long[1, 3], Gen.Long[1, 1L << 40]), node, (number, n) => new Ballot(number, n))),
        (1, Gen.Const(AspirePaxos.Protocol.Ballot.None)));

    public static readonly Gen<Identity> Identity = Gen.Select(node, Gen.Long[0, long.MaxValue], count, (n, incarnation, boot) => new Identity(n, incarnation, boot));

    /// <summary>Opaque to the protocol: any JSON object, written as no encoder of ours would write it.</summary>
    public static readonly Gen<ReadOnlyMemory<byte>> ClientCommand = Gen.Select(AnyText.Whole, AnyText.Whole, Gen.Int, (key, value, n) => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(
        $"{{\"put\":{JsonSerializer.Serialize(key)}, \"v\":{JsonSerializer.Serialize(value)},\"n\":[{n}, -2.50e3 ,{{}} , null]}}"));

    public static readonly Gen<Command> Command = Gen.Frequency(
        (4, Gen.Select(Identity, count, count, ClientCommand.List[0, 3], (proposer, sequence, time, commands) => Batch.Encode(proposer, sequence, time, commands))),
        (1, Gen.Const(AspirePaxos.Protocol.Command.NoOp)));

    private static readonly Gen<LearnedCommand> learned = Gen.Select(slot, Ballot, Command, (s, b, c) => new LearnedCommand(s, b, c));
    private static readonly Gen<ForwardedCommand> forwarded = Gen.Select(count, ClientCommand, (id, c) => new ForwardedCommand(id, c));
    private static readonly Gen<Outcome> outcome = Gen.OneOf(
        Gen.Select(slot, ClientCommand, Outcome.Done), Gen.OneOf(Outcome.NotProposed, Outcome.Unknown, Outcome.Overloaded));

    private static readonly Gen<ForwardedOutcome> forwardedOutcome = Gen.Select(count, outcome, (id, o) => new ForwardedOutcome(id, o));

    private static readonly Gen<Promise> promise = Gen.Select(
        Gen.Select(Ballot, slot, count, count, count),
        Gen.Select(Ballot, Gen.Bool, Command).List[0, 3],
        (head, proposals) => new Promise(
            head.Item1, head.Item2, head.Item2 + proposals.Count, head.Item3, head.Item4, head.Item5,
            [.. proposals.Select((proposal, i) => new Proposal(head.Item2 + i, proposal.Item1, proposal.Item2, proposal.Item3))]));

    private static readonly Gen<UInt128> hash = Gen.Select(Gen.ULong, Gen.ULong, (upper, lower) => new UInt128(upper, lower));
    private static readonly Gen<HashReport?> hashes = Gen.OneOf(
        Gen.Const((HashReport?)null),
        Gen.Select(slot, Gen.Select(node, hash, (n, h) => new NodeHash(n, h)).List[0, 5], (s, all) => (HashReport?)new HashReport(s, all)));

    private static readonly Gen<int> lease = Gen.OneOf(Gen.Const(0), Gen.Int[0, int.MaxValue]);

    public static readonly IReadOnlyList<IGen<Message>> Kinds =
    [
        Gen.Select(Ballot, slot, slot, Ballot, (b, from, page, handover) => new Prepare(b, from, page) { Handover = handover }),
        Gen.Select(Ballot, slot, Command.List[1, 3], count, (b, first, commands, commit) => new Accept(b, first, commands, commit)),
        learned.List[0, 3].Select(entries => new Learn(entries)),
        Gen.Select(slot, Gen.Int[1, 5_000], (from, limit) => new LearnQuery(from, limit)),
        Gen.Select(Ballot, count, count, hashes, lease, (b, commit, sequence, h, l) => new Heartbeat(b, commit, sequence) { Hashes = h, Lease = l }),
        Gen.Select(count, count, Ballot, (sequence, commit, handover) => new Question(sequence, commit, handover)),
        Gen.Select(Ballot, count, (b, commit) => new Handover(b, commit)),
        Gen.Select(Gen.Int[0, 1], forwarded.List[0, 3], (hops, commands) => new Forward(hops, commands)),
        count.Select(sequence => new ReadIndexQuery(sequence)),
        member.List[0, 7].Select(table => new FormationQuery(table)),
        promise,
        Gen.Select(Ballot, slot, Gen.Int[1, 500], (b, first, n) => new Accepted(b, first, n)),
        Gen.Select(Ballot, count, count, (b, commit, truncated) => new AlreadyChosen(b, commit, truncated)),
        Gen.Select(Ballot, Ballot, Gen.Enum<NackReason>(), (refused, promised, reason) => new Nack(refused, promised, reason)),
        Gen.Select(learned.List[0, 3], count, count, (entries, commit, truncated) => new LearnReply(entries, commit, truncated)),
        Gen.Const(new Noted()),
        Gen.Select(Ballot, count, Ballot, count, count, hashes, lease, (b, sequence, promised, commit, applied, h, l) => new HeartbeatReply(b, sequence, promised, commit, applied) { Hashes = h, Lease = l }),
        Gen.Select(count, Gen.Bool, Ballot, count, (sequence, yes, promised, commit) => new Answer(sequence, yes, promised, commit)),
        Gen.Select(forwardedOutcome.List[0, 3], nodeOrNone, Ballot, count, (outcomes, leader, b, commit) => new Forwarded(outcomes, leader, b, commit)),
        Gen.Select(count, Gen.OneOf(count, Gen.Const(-1L)), Ballot, count, (sequence, index, b, commit) => new ReadIndexReply(sequence, index, b, commit)),
        Gen.Select(Gen.Bool, clusterId, member.List[0, 7], Gen.Select(node, count, (n, boot) => new SeenBoot(n, boot)).List[0, 7], member.List[0, 3], (formed, id, table, boots, retired) => new FormationReply(formed, id, table, boots, retired)),
        Gen.Select(count, count, count, (s, offset, above) => new SnapshotQuery(s, offset, above)),
        Gen.Select(slot, Gen.Long[1 << 20, 1L << 50], hash, Gen.Long[0, 1 << 19], AnyText.Whole, (s, length, h, offset, data) => new SnapshotChunk(new SnapshotId(s, length, h), offset, Encoding.UTF8.GetBytes(data + "."))),
        Gen.Select(Gen.OneOf(Gen.Const(0L), slot), count, member.List[0, 3], (from, page, replaced) => new RecoverQuery(from, page, replaced)),
        promise.Select(p => new RecoverReply(p.Ballot, p.From, p.Through, p.LastSlot, p.CommitIndex, p.TruncatedThrough, p.Proposals)),
        Gen.Select(Gen.Enum<RefusalReason>(), AnyText.Whole, (reason, detail) => new Refused(reason, detail)),
    ];

    public static readonly Gen<Envelope> Envelope = EnvelopeOf(Gen.OneOf([.. Kinds]));

    public static Gen<Envelope> EnvelopeOf(Gen<Message> message) => Gen.Select(
        Identity, Identity, Gen.OneOf(clusterId, Gen.Const("")), Gen.Enum<Mode>(), message, (from, to, id, mode, m) => new Envelope(from, to, id, mode, m));

    /// <summary>The same from the same seed.</summary>
    public static T Drawn<T>(this IGen<T> gen, ulong seed) => gen.Generate(new PCG(1, seed), null, out _);
}
