namespace AspirePaxos.Mutants;

/// <content>Linearizable reads.</content>
internal static partial class Catalog
{
    private static Mutant[] Reads =>
    [
        new("read-index-before-recovered-slot", "a new leader hands out its CommitIndex before it knows what was acknowledged before it led",
            In("Protocol/ReadIndex", "waiting.Count == 0 || context.Log.CommitIndex < leader.RecoveredSlot) return;", "waiting.Count == 0) return;")),
        new("read-confirmation-reused", "the confirmation of an earlier round serves a later read",
            In("Protocol/ReadIndex", "leader.ConfirmedSequence < confirmed.Sequence) return;", "leader.ConfirmedSequence < confirmed.Sequence - 2) return;")),
        new("reads-confirmed-by-an-old-echo", "an answer to an earlier heartbeat confirms the latest one, and the reads that wait for it",
            In("Protocol/Leader", "        echoed[from] = reply.ReadSequence;", "        echoed[from] = ReadSequence;")),
        new("deposed-leader-answers", "a leader answers reads without asking anyone whether it still leads",
            In("Protocol/ReadIndex", "|| leader.ConfirmedSequence < confirmed.Sequence) return;", ") return;")),
        new("confirmation-ignores-a-higher-promise", "an answer that shows a higher promise confirms all the same",
            In("Protocol/Replica.Messages", "        if (reply.Promised > leader.Ballot)\n        {\n            StepDown(StepDownKind.HigherBallot, $\"{from} promised {reply.Promised}\");\n            return;\n        }\n", "")),
        new("visible-before-applied-here", "a confirmed read is answered before its index is applied",
            In("Protocol/ReadIndex", "            if (waits.Index > AppliedIndex) return false;\n", "")),
        new("simple-read-asks-nobody", "in Simple mode a read goes by what this replica knows itself",
            In("Protocol/ReadIndex", "        if (!context.Quorum.Reached(highest.Count + 1)) return;\n", "")),
        new("simple-read-by-commit-index", "in Simple mode a replica answers with what it learned, not with what it accepted",
            In("Protocol/ReadIndex", "new(query.Sequence, context.Log.LastSlot, Ballot.None, context.Log.CommitIndex);", "new(query.Sequence, context.Log.CommitIndex, Ballot.None, context.Log.CommitIndex);")),
        new("follower-reads-locally", "a follower takes its own CommitIndex for the read index",
            In("Protocol/ReadIndex", "        Confirmed(reply.Index);", "        Confirmed(Math.Min(reply.Index, context.Log.CommitIndex));")),
        new("own-write-not-found", "a forwarded write is answered before it is applied at the node that the client spoke to (decision 4)",
            In("Protocol/Forwarding", "        if (done.Outcome.Slot > AppliedIndex && done.Write.Deadline > context.Now) return false;\n", "")),
        new("read-joins-a-round-under-way", "a read that comes while a round is under way is answered with that round",
            In("Protocol/ReadIndex", "        if (round is not null || waiting.Count == 0", "        if (round is { } open)\n        {\n            open.Reads.AddRange(waiting);\n            waiting.Clear();\n        }\n\n        if (round is not null || waiting.Count == 0")),
        new("index-for-an-earlier-question", "a follower takes the answer to an earlier question for one to its present reads",
            In("Protocol/ReadIndex", "        if (reply.Sequence != sequence || asked.Count == 0) return;", "        if (asked.Count == 0) return;")),
        new("simple-answer-to-an-earlier-question", "in Simple mode answers to an earlier question count for later reads",
            In("Protocol/ReadIndex", "        if (reply.Sequence != sequence || reply.Index < 0 || asked.Count == 0) return;", "        if (reply.Index < 0 || asked.Count == 0) return;")),
    ];
}
