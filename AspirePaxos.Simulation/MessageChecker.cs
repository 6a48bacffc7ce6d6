using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>What a message says must be true, and durable where rule 1 wants it, at the moment it leaves.</summary>
internal sealed class MessageChecker(ClusterChecker cluster, Mode mode, Coverage coverage)
{
    public void Check(Process from, Envelope envelope)
    {
        Require(envelope.From == from.Identity, from, $"sends in the name of {envelope.From}");
        Require(envelope.Mode == mode, from, $"sends in mode {envelope.Mode}");
        Require(envelope.To.Node != from.Host.Node, from, "sends to itself");
        switch (envelope.Message)
        {
            case Prepare prepare:
                Require(prepare.Ballot.Node == from.Host.Node, from, $"prepares {prepare.Ballot}, a ballot of another node");
                Require(from.Host.Disk.Promised >= prepare.Ballot, from, $"prepares {prepare.Ballot} before its own promise is durable");
                break;
            case Promise promise:
                CheckPromise(from, promise);
                break;
            case Accept accept:
                CheckAccept(from, accept);
                break;
            case Accepted accepted:
                for (var i = 0; i < accepted.Count; i++) cluster.Acknowledged(from, accepted.FirstSlot + i, accepted.Ballot);
                break;
            case Heartbeat heartbeat when mode == Mode.Multi:
                cluster.Leads(from, heartbeat.Ballot);
                CheckCommit(from, heartbeat.CommitIndex);
                break;
            case HeartbeatReply reply:
                Require(reply.Promised >= from.Host.Disk.Promised, from, $"reports the promise {reply.Promised}, its disk holds {from.Host.Disk.Promised}");
                break;
            case Learn learn:
                CheckLearned(from, learn.Entries);
                break;
            case LearnReply reply:
                CheckLearned(from, reply.Entries);
                break;
            case Handover:
                coverage.Count(Seen.HandOvers);
                break;
        }
    }

    /// <remarks>P1b's report: every acceptance on this disk below the ballot is in the promise, or a later one of the same slot.</remarks>
    private void CheckPromise(Process from, Promise promise)
    {
        Require(from.Host.Disk.Promised >= promise.Ballot, from, $"promises {promise.Ballot} before that is durable");
        var reported = promise.Proposals.ToDictionary(proposal => proposal.Slot);
        foreach (var proposal in promise.Proposals)
        {
            if (proposal.Learned) cluster.Learned(from, proposal.Slot, proposal.Command);
        }

        foreach (var record in from.Host.Disk.Records)
        {
            if (record.Slot < promise.From || record.Slot > promise.LastSlot || record.Ballot >= promise.Ballot || record.Learned) continue;
            if (record.Slot > promise.Through) continue;
            Require(reported.TryGetValue(record.Slot, out var proposal), from, $"its promise of {promise.Ballot} omits slot {record.Slot}");
            Require(proposal.Learned || proposal.Ballot >= record.Ballot, from, $"its promise of {promise.Ballot} reports an old acceptance of slot {record.Slot}");
        }
    }

    private void CheckAccept(Process from, Accept accept)
    {
        cluster.Leads(from, accept.Ballot);
        CheckCommit(from, accept.CommitIndex);
        for (var i = 0; i < accept.Commands.Count; i++) cluster.Proposed(from, accept.FirstSlot + i, accept.Ballot, accept.Commands[i]);
    }

    private void CheckLearned(Process from, IReadOnlyList<LearnedCommand> entries)
    {
        foreach (var entry in entries) cluster.Learned(from, entry.Slot, entry.Command);
    }

    private void CheckCommit(Process from, long commitIndex) =>
        Require(commitIndex == 0 || cluster.IsChosen(commitIndex), from, $"announces CommitIndex {commitIndex}, which is not chosen");

    private static void Require(bool condition, Process from, string broken)
    {
        if (!condition) throw new SimulationException($"{from.Host.Node}: {broken}");
    }
}
