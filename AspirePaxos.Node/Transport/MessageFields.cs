using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

/// <summary>The fields of all messages, as far as a body has them: one pass reads them in any order, then the message's type says which it needs.</summary>
internal struct MessageFields
{
    public string? Type, ClusterId, FormedClusterId, Detail, LeaderHint;
    public long? Version, FromSlot, PageFrom, Through, LastSlot, CommitIndex, TruncatedThrough, FirstSlot, Count, Limit;
    public long? ReadSequence, AppliedIndex, Sequence, Hops, Index, Slot, Offset, Length, Above, Lease;
    public UInt128? Checksum;
    public byte[]? Data;
    public HashReport? Hashes;
    public bool? Yes, Formed;
    public Mode? Mode;
    public NackReason? Reason;
    public RefusalReason? Refusal;
    public Identity? To, From;
    public Ballot? Ballot, RefusedBallot, Promised, Handover;
    public List<Command>? Commands;
    public List<Proposal>? Proposals;
    public List<LearnedCommand>? Entries;
    public List<ForwardedCommand>? Requests;
    public List<ForwardedOutcome>? Outcomes;
    public List<Member>? Table, Replaced, Retired;
    public List<SeenBoot>? Boots;

    public readonly Envelope Envelope(Message message) =>
        new(Need(From, "from"), Need(To, "to"), Need(ClusterId, "clusterId"), Need(Mode, "mode"), message)
        {
            Version = (int)Need(Version, "version"),
        };

    /// <exception cref="MalformedMessageException">A field is missing, or there is no such message.</exception>
    public readonly Message Message() => Type switch
    {
        "prepare" => new Prepare(Need(Ballot, "ballot"), NeedSlot(FromSlot, "fromSlot"), NeedSlot(PageFrom, "pageFrom")) { Handover = Handover ?? AspirePaxos.Protocol.Ballot.None },
        "accept" => NewAccept(),
        "learn" => new Learn(Need(Entries, "entries")),
        "learn-query" => new LearnQuery(NeedSlot(FromSlot, "fromSlot"), (int)Need(Limit, "limit")),
        "heartbeat" => new Heartbeat(Need(Ballot, "ballot"), Need(CommitIndex, "commitIndex"), Need(ReadSequence, "readSequence")) { Hashes = Hashes, Lease = (int)(Lease ?? 0) },
        "question" => new Question(Need(Sequence, "sequence"), Need(CommitIndex, "commitIndex"), Need(Handover, "handover")),
        "handover" => new Handover(Need(Ballot, "ballot"), Need(CommitIndex, "commitIndex")),
        "forward" => new Forward((int)Need(Hops, "hops"), Need(Requests, "requests")),
        "read-index" => new ReadIndexQuery(Need(Sequence, "sequence")),
        "formation" => new FormationQuery(Need(Table, "table")),
        "snapshot" => new SnapshotQuery(Need(Slot, "slot"), Need(Offset, "offset"), Need(Above, "above")),
        "recover" => new RecoverQuery(Need(FromSlot, "fromSlot"), Need(PageFrom, "pageFrom"), Need(Replaced, "replaced")),
        "promise" => NewPromise(),
        "accepted" => new Accepted(Need(Ballot, "ballot"), Need(FirstSlot, "firstSlot"), (int)Need(Count, "count")),
        "already-chosen" => new AlreadyChosen(Need(Ballot, "ballot"), Need(CommitIndex, "commitIndex"), Need(TruncatedThrough, "truncatedThrough")),
        "nack" => new Nack(Need(RefusedBallot, "refusedBallot"), Need(Promised, "promised"), Need(Reason, "reason")),
        "learned" => new LearnReply(Need(Entries, "entries"), Need(CommitIndex, "commitIndex"), Need(TruncatedThrough, "truncatedThrough")),
        "noted" => new Noted(),
        "heartbeat-reply" => new HeartbeatReply(
            Need(Ballot, "ballot"), Need(ReadSequence, "readSequence"), Need(Promised, "promised"), Need(CommitIndex, "commitIndex"), Need(AppliedIndex, "appliedIndex"))
        {
            Hashes = Hashes,
            Lease = (int)(Lease ?? 0),
        },
        "answer" => new Answer(Need(Sequence, "sequence"), Need(Yes, "yes"), Need(Promised, "promised"), Need(CommitIndex, "commitIndex")),
        "forwarded" => new Forwarded(Need(Outcomes, "outcomes"), new NodeId(Need(LeaderHint, "leaderHint")), Need(Ballot, "ballot"), Need(CommitIndex, "commitIndex")),
        "read-index-reply" => new ReadIndexReply(Need(Sequence, "sequence"), Need(Index, "index"), Need(Ballot, "ballot"), Need(CommitIndex, "commitIndex")),
        "formation-reply" => new FormationReply(
            Need(Formed, "formed"), Need(FormedClusterId, "formedClusterId"), Need(Table, "table"), Need(Boots, "boots"), Need(Retired, "retired")),
        "snapshot-chunk" => NewChunk(),
        "recover-reply" => NewRecoverReply(),
        "refused" => new Refused(Need(Refusal, "refusal"), Need(Detail, "detail")),
        null => throw Missing("type"),
        _ => throw new MalformedMessageException($"There is no message of type '{Type}'."),
    };

    private readonly Accept NewAccept()
    {
        var accept = new Accept(Need(Ballot, "ballot"), Need(FirstSlot, "firstSlot"), Need(Commands, "commands"), Need(CommitIndex, "commitIndex"));
        return accept.Commands.Count > 0 ? accept : throw new MalformedMessageException("An accept carries at least one command.");
    }

    private readonly Promise NewPromise()
    {
        var promise = new Promise(
            Need(Ballot, "ballot"),
            NeedSlot(FromSlot, "fromSlot"),
            Need(Through, "through"),
            Need(LastSlot, "lastSlot"),
            Need(CommitIndex, "commitIndex"),
            Need(TruncatedThrough, "truncatedThrough"),
            Need(Proposals, "proposals"));
        CheckPage(promise.Proposals, promise.From, promise.Through);
        return promise;
    }

    private readonly RecoverReply NewRecoverReply()
    {
        var reply = new RecoverReply(
            Need(Promised, "promised"),
            Need(FromSlot, "fromSlot"),
            Need(Through, "through"),
            Need(LastSlot, "lastSlot"),
            Need(CommitIndex, "commitIndex"),
            Need(TruncatedThrough, "truncatedThrough"),
            Need(Proposals, "proposals"));
        CheckPage(reply.Proposals, reply.From, reply.Through);
        return reply;
    }

    private readonly SnapshotChunk NewChunk()
    {
        var id = new SnapshotId(NeedSlot(Slot, "slot"), Need(Length, "length"), Need(Checksum, "checksum"));
        var chunk = new SnapshotChunk(id, Need(Offset, "offset"), Need(Data, "data"));
        return chunk.Data.Length > 0 && chunk.Offset <= id.Length - chunk.Data.Length
            ? chunk
            : throw new MalformedMessageException("A part of a snapshot holds something, and lies within it.");
    }

    private static void CheckPage(IReadOnlyList<Proposal> proposals, long from, long through)
    {
        foreach (var proposal in proposals)
        {
            if (proposal.Slot < from || proposal.Slot > through) throw new MalformedMessageException("A proposal lies outside its page.");
        }
    }

    private static long NeedSlot(long? value, string name) =>
        Need(value, name) is > 0 and var slot ? slot : throw new MalformedMessageException($"The field '{name}' is a slot, from 1.");

    private static T Need<T>(T? value, string name)
        where T : struct => value ?? throw Missing(name);

    private static T Need<T>(T? value, string name)
        where T : class => value ?? throw Missing(name);

    private static MalformedMessageException Missing(string name) => new($"The field '{name}' is missing.");
}
