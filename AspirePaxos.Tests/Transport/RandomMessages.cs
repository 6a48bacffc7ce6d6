using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Transport;

/// <summary>Every message, from a seed, with texts that break careless encoders.</summary>
internal sealed class RandomMessages(ulong seed)
{
    public const int Kinds = 26;

    private static readonly string[] Nasty = ["", ":", ";", "\n\0\r\t", "\"\\\"", "{\"a\":[1,2}", "\uD83D\uDE00", "</script>", "é\u2028", "],[", "\u0001\u007F", new string('x', 5_000)];

    private readonly Prng random = new(seed);

    public Envelope Envelope(int kind) => new(Identity(), Identity(), random.OneIn(4) ? "" : $"{random.Next():x}", random.OneIn(2) ? Mode.Multi : Mode.Simple, Message(kind));

    /// <summary>A text of everything in it, lists and bytes included, since records compare lists by reference.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "null",
        string text => JsonSerializer.Serialize(text),
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        Command command => Convert.ToHexString(command.Bytes.Span),
        IEnumerable items => $"[{string.Join(',', items.Cast<object>().Select(Describe))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag.ToString(),
        _ => value.GetType().Name + "{" + string.Join(',', value.GetType().GetProperties()
            .Where(property => property.GetIndexParameters().Length == 0 && !property.GetMethod!.IsStatic)
            .Select(property => $"{property.Name}={Describe(property.GetValue(value))}")) + "}",
    };

    private Message Message(int kind) => kind switch
    {
        0 => new Prepare(Ballot(), Slot(), Slot()),
        1 => new Accept(Ballot(), Slot(), List(Command, 1), Count()),
        2 => new Learn(List(() => new LearnedCommand(Slot(), Ballot(), Command()))),
        3 => new LearnQuery(Slot(), (int)random.Between(1, 5_000)),
        4 => new Heartbeat(Ballot(), Count(), Count()) { Hashes = Hashes() },
        5 => new Question(Count(), Count(), random.OneIn(2) ? AspirePaxos.Protocol.Ballot.None : Ballot()),
        6 => new Handover(Ballot(), Count()),
        7 => new Forward((int)random.Between(0, 2), List(() => new ForwardedCommand(Count(), ClientCommand()))),
        8 => new ReadIndexQuery(Count()),
        9 => new FormationQuery(List(Member)),
        10 => Promise(),
        11 => new Accepted(Ballot(), Slot(), (int)random.Between(1, 500)),
        12 => new AlreadyChosen(Ballot(), Count(), Count()),
        13 => new Nack(Ballot(), Ballot(), Any<NackReason>()),
        14 => new LearnReply(List(() => new LearnedCommand(Slot(), Ballot(), Command())), Count(), Count()),
        15 => new Noted(),
        16 => new HeartbeatReply(Ballot(), Count(), Ballot(), Count(), Count()) { Hashes = Hashes() },
        17 => new Answer(Count(), random.OneIn(2), AspirePaxos.Protocol.Ballot.None, Count()),
        18 => new Forwarded(List(() => new ForwardedOutcome(Count(), Outcome())), random.OneIn(3) ? NodeId.None : Node(), Ballot(), Count()),
        19 => new ReadIndexReply(Count(), random.OneIn(3) ? -1 : Count(), Ballot(), Count()),
        20 => new FormationReply(random.OneIn(2), $"{random.Next():x}", List(Member)),
        21 => new Refused(Any<RefusalReason>(), Text() is { Length: < 4_096 } text ? text : "long"),
        22 => new SnapshotQuery(Count(), Count()),
        23 => new SnapshotChunk(new SnapshotId(Slot(), 1L << 51, Hash()), Count(), ClientCommand()),
        24 => new RecoverQuery(random.OneIn(2) ? 0 : Slot(), Count()),
        25 => RecoverReply(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private Promise Promise()
    {
        var from = Slot();
        var slot = from;
        var proposals = List(() => new Proposal(slot++, Ballot(), random.OneIn(2), Command()));
        return new Promise(Ballot(), from, slot, slot + 10, Count(), Count(), proposals);
    }

    private RecoverReply RecoverReply()
    {
        var page = Promise();
        return new RecoverReply(Ballot(), page.From, page.Through, page.LastSlot, page.CommitIndex, page.TruncatedThrough, page.Proposals);
    }

    private HashReport? Hashes() => random.OneIn(3) ? null : new HashReport(Slot(), List(() => new NodeHash(Node(), Hash())));

    private UInt128 Hash() => new(random.OneIn(3) ? 0 : random.Next(), random.Next());

    private Outcome Outcome() => random.OneIn(2)
        ? AspirePaxos.Protocol.Outcome.Done(Slot(), ClientCommand())
        : new Outcome(Any<OutcomeKind>(), 0, default);

    private Command Command() => random.OneIn(5) ? AspirePaxos.Protocol.Command.NoOp : Batch.Encode(Identity(), Count(), Count(), List(ClientCommand));

    private ReadOnlyMemory<byte> ClientCommand() =>
        Encoding.UTF8.GetBytes($"{{\"put\":{JsonSerializer.Serialize(Text())},\"value\":{JsonSerializer.Serialize(Text())},\"n\":[1, -2.50e3 ,{{}} , null]}}");

    private string Text() => Nasty[random.Between(0, Nasty.Length)];

    private Identity Identity() => new(Node(), (long)(random.Next() >> 1), random.Between(0, 1_000_000));

    private NodeId Node() => new($"node{random.Between(0, 9)}");

    private Member Member() => new(Node(), (long)(random.Next() >> 1));

    private Ballot Ballot() => new(random.Between(1, 1L << 40), Node());

    private long Slot() => random.Between(1, 1L << 50);

    private long Count() => random.Between(0, 1L << 50);

    private T Any<T>()
        where T : struct, Enum => Enum.GetValues<T>()[random.Between(0, Enum.GetValues<T>().Length)];

    private List<T> List<T>(Func<T> item, int least = 0)
    {
        var items = new List<T>();
        for (var i = random.Between(least, 6); i > 0; i--) items.Add(item());
        return items;
    }
}
