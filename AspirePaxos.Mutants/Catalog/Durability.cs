namespace AspirePaxos.Mutants;

/// <content>Durability and ballots.</content>
internal static partial class Catalog
{
    private static Mutant[] Durability =>
    [
        new("reply-before-durable", "an answer leaves before the promise or acceptance that it tells of is on disk",
            In("Protocol/Outbox", "        if (Sequence <= Persisted) ready.Messages.Add(envelope);", "        if (Sequence >= 0) ready.Messages.Add(envelope);")),
        new("duplicate-acknowledged-while-pending", "a doubled Accept is answered at once while the write of the first is under way",
            In("Protocol/Replica.Messages", "        var reply = acceptor.OnAccept(accept);", "        var before = context.Out.Sequence;\n        var reply = acceptor.OnAccept(accept);"),
            In("Protocol/Replica.Messages",
                "            learner.OnLeaderCommit(envelope.From.Node, accept.Ballot, accept.CommitIndex);\n        }\n\n        context.ReplyWhenDurable(envelope, reply);",
                "            learner.OnLeaderCommit(envelope.From.Node, accept.Ballot, accept.CommitIndex);\n        }\n\n        if (context.Out.Sequence == before) context.ReplyNow(envelope, reply);\n        else context.ReplyWhenDurable(envelope, reply);")),
        new("promise-omits-pending-acceptance", "a promise reports only what is on disk, not what is on its way there",
            In("Protocol/Acceptor", "    private Ballot pagesOf = Ballot.None;", "    private Ballot pagesOf = Ballot.None;\n    private readonly Dictionary<long, long> writes = [];"),
            In("Protocol/Acceptor", "        context.Out.Write(context.Log.Find(slot)!.Value);", "        context.Out.Write(context.Log.Find(slot)!.Value);\n        writes[slot] = context.Out.Sequence;"),
            In("Protocol/Acceptor", "            if (log.Find(slot) is { } record)\n", "            if (log.Find(slot) is { } record && (record.Learned || writes.GetValueOrDefault(slot) <= context.Out.Persisted))\n")),
        new("ballot-reused-after-restart", "the ballot of a candidacy is not kept: after a restart the same number is led again",
            In("Protocol/Acceptor", "        context.Saw(ballot);\n        Raise(ballot);\n    }\n", "        context.Saw(ballot);\n        Promised = ballot;\n    }\n")),
        new("prepare-leaves-before-own-promise", "Prepare is sent, and counted, while the candidate's own promise is not on disk",
            In("Protocol/Candidacy", "        context.SendWhenDurable(peer, new Prepare", "        context.SendNow(peer, new Prepare"),
            In("Protocol/Candidacy", "        context.Out.Persisted >= durable\n        && context", "        context")),
        new("deposed-leader-resumes-its-ballot", "a leader goes on in its ballot although a higher one is promised, by its own acceptor too",
            In("Protocol/Acceptor", "        if (ballot < Promised) return false;\n        Raise(ballot);\n        Take(slot", "        Take(slot"),
            In("Protocol/Replica.Leadership", "        if (leader is not null && ballot > leader.Ballot) StepDown($\"{ballot} leads\");\n", "")),
        new("accept-does-not-raise-the-promise", "accepting in a ballot does not promise it",
            In("Protocol/Acceptor", "        Raise(accept.Ballot);\n", "")),
        new("learn-lowers-the-promise", "learning a slot of an older ballot sets the promise back to that ballot",
            In("Protocol/Acceptor", "    private void Raise(Ballot ballot)", "    public void Lower(Ballot ballot)\n    {\n        Promised = ballot;\n        context.Out.Write(ballot);\n    }\n\n    private void Raise(Ballot ballot)"),
            In("Protocol/Replica", "        var deposed = leader is not null", "        if (context.Log.Find(slot) is { } record && record.Ballot < Promised) acceptor.Lower(record.Ballot);\n        var deposed = leader is not null")),
        new("acceptor-refuses-a-higher-ballot", "an acceptor that has accepted something unlearned refuses every Prepare",
            In("Protocol/Acceptor", "        if (prepare.Ballot < Promised) return", "        if (prepare.Ballot < Promised || context.Log.LastSlot > context.Log.CommitIndex) return")),
        new("refusal-counts-as-a-promise", "every answer to Prepare is taken for a promise, as GoPaxos does",
            In("Protocol/Replica.Messages", "            GiveUp($\"refused: {nack.Promised} is promised\");",
                "            foreach (var peer in context.Peers) candidacy.OnPromise(peer, new Promise(candidacy.Ballot, candidacy.FromSlot, candidacy.FromSlot - 1, candidacy.FromSlot - 1, 0, 0, []));")),
        new("own-acceptance-counts-before-durable", "the leader counts itself while its own write is under way",
            In("Protocol/Leader", "        var own = proposed.Durable <= context.Out.Persisted ? 1 : 0;", "        var own = proposed.Durable >= 0 ? 1 : 0;")),
        new("quorum-is-half", "half of the members are taken for a majority",
            In("Protocol/Quorum", "(Members / 2) + 1;", "Math.Max(1, Members / 2);")),
        new("lost-promise-page", "a promise counts when its first page came",
            In("Protocol/ReportPages", "LastSlot is { } last && NextSlot > last;", "LastSlot is not null;")),
    ];
}
