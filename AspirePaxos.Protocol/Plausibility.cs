namespace AspirePaxos.Protocol;

/// <summary>
/// Refuses numbers that no replica of this cluster can have reached: taken at their word, one of them would stop every later ballot,
/// or make the log ask for all of the memory.
/// </summary>
internal sealed class Plausibility(Context context, Func<long> knownCommitIndex)
{
    /// <summary>Ballots are refused when they lie further above the highest seen, indexes when above the highest heard of.</summary>
    private const long FurthestNumber = 1L << 32;

    /// <summary>Slots to be kept: a replica that is further behind learns first, and accepts then.</summary>
    private const long FurthestSlot = 1L << 20;

    /// <returns>Null where all of the message can be true.</returns>
    public Refused? Check(Message message) => message switch
    {
        Prepare prepare => Ballot(prepare.Ballot) ?? Ballot(prepare.Handover),
        Promise promise => Ballot(promise.Ballot) ?? Index(promise.CommitIndex) ?? Index(promise.TruncatedThrough)
            ?? Span(promise.LastSlot, promise.CommitIndex, promise.TruncatedThrough) ?? Slots(promise.Proposals, proposal => proposal.Slot, proposal => proposal.Ballot),
        Accept accept => Ballot(accept.Ballot) ?? Index(accept.CommitIndex) ?? Ahead(accept.FirstSlot + accept.Commands.Count - 1),
        Accepted accepted => Ballot(accepted.Ballot),
        AlreadyChosen chosen => Ballot(chosen.Ballot) ?? Index(chosen.CommitIndex),
        Nack nack => Ballot(nack.RefusedBallot) ?? Ballot(nack.Promised),
        Learn learn => Slots(learn.Entries, learned => learned.Slot, learned => learned.Ballot),
        LearnReply reply => Index(reply.CommitIndex) ?? Slots(reply.Entries, learned => learned.Slot, learned => learned.Ballot),
        Heartbeat heartbeat => Ballot(heartbeat.Ballot) ?? Index(heartbeat.CommitIndex),
        HeartbeatReply reply => Ballot(reply.Promised) ?? Index(reply.CommitIndex),
        Question question => Ballot(question.Handover) ?? Index(question.CommitIndex),
        Answer answer => Ballot(answer.Promised) ?? Index(answer.CommitIndex),
        Handover handover => Ballot(handover.Ballot) ?? Index(handover.CommitIndex),
        Forwarded forwarded => Ballot(forwarded.Ballot) ?? Index(forwarded.CommitIndex),
        SnapshotQuery query => query.Slot < 0 || query.Offset < 0 || query.Above < 0 ? new Refused(RefusalReason.Absurd, "slots and offsets are from 0") : Index(query.Slot),
        SnapshotChunk chunk => Index(chunk.Id.Slot),
        RecoverReply reply => Ballot(reply.Promised) ?? Index(reply.CommitIndex) ?? Index(reply.TruncatedThrough)
            ?? Span(reply.LastSlot, reply.CommitIndex, reply.TruncatedThrough) ?? Slots(reply.Proposals, proposal => proposal.Slot, proposal => proposal.Ballot),
        ReadIndexReply reply => Ballot(reply.Ballot) ?? Index(reply.CommitIndex) ?? Index(reply.Index),
        _ => null,
    };

    private Refused? Ballot(Ballot ballot) =>
        ballot.Number - FurthestNumber > context.HighestNumber
            ? new Refused(RefusalReason.Absurd, $"ballot {ballot} is more than {FurthestNumber} above the highest seen, {context.HighestNumber}")
            : null;

    private Refused? Index(long index) =>
        index - FurthestNumber > knownCommitIndex()
            ? new Refused(RefusalReason.Absurd, $"index {index} is more than {FurthestNumber} above the highest heard of, {knownCommitIndex()}")
            : null;

    /// <summary>What one replica reports as accepted, above what it has learned.</summary>
    private static Refused? Span(long lastSlot, long commitIndex, long truncatedThrough) =>
        lastSlot - FurthestSlot > Math.Max(commitIndex, truncatedThrough)
            ? new Refused(RefusalReason.Absurd, $"slot {lastSlot} is more than {FurthestSlot} above what its reporter has learned, {commitIndex}")
            : null;

    /// <summary>What is accepted here must be plausible to others in a promise (<see cref="Span"/>).</summary>
    private Refused? Ahead(long slot) =>
        slot - FurthestSlot > context.Log.CommitIndex
            ? new Refused(RefusalReason.Absurd, $"slot {slot} is more than {FurthestSlot} above what is learned here, {context.Log.CommitIndex}")
            : null;

    private Refused? Slot(long slot) =>
        slot - FurthestSlot > context.Log.LastSlot
            ? new Refused(RefusalReason.Absurd, $"slot {slot} is more than {FurthestSlot} above the last one here, {context.Log.LastSlot}")
            : null;

    private Refused? Slots<T>(IReadOnlyList<T> all, Func<T, long> slot, Func<T, Ballot> ballot)
    {
        foreach (var one in all)
        {
            if ((Slot(slot(one)) ?? Ballot(ballot(one))) is { } refused) return refused;
        }

        return null;
    }
}
