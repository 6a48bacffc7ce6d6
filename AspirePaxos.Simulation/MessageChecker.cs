using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>What a message says must be true, and durable where rule 1 wants it, at the moment it leaves.</summary>
internal sealed class MessageChecker(ClusterChecker cluster, IReadOnlyList<Host> hosts, Coverage coverage)
{
    private readonly LaggardChecker laggards = new(hosts, coverage);

    /// <summary>The process is about to take this in.</summary>
    public void Receives(Process process, Envelope envelope)
    {
        if (envelope.Message is not Accept accept || accept.FirstSlot > process.Replica.TruncatedThrough) return;
        coverage.Count(Seen.AcceptsBehindTheTruncation);
        process.Observed!.AskedBehind[envelope.Token] = process.Replica.TruncatedThrough;
    }

    /// <summary>The process has taken this in, or refused it.</summary>
    public void Received(Process process, Envelope envelope)
    {
        laggards.Received(process, envelope);
        if (envelope.Message is HeartbeatReply reply) CheckDeposed(process, envelope.From, reply);
    }

    /// <remarks>Rules 9 and 10: who promised a higher ballot confirms nothing, and the leader that hears of it leads no more.</remarks>
    private void CheckDeposed(Process process, Identity from, HeartbeatReply reply)
    {
        var replica = process.Replica;
        if (replica.Options.Mode != Mode.Multi || reply.Promised <= reply.Ballot || replica.Rejection is not null || replica.Peer(from.Node).BootCounter != from.BootCounter) return;
        // What a directory that was replaced had promised is refused.
        if (!hosts.Any(host => host.Node == from.Node && host.Disk is { IsStrange: false } disk && disk.Incarnation == from.Incarnation)) return;
        Rule.Requires(replica.Role != Role.Leader || replica.Ballot != reply.Ballot, process.Host, $"goes on leading {reply.Ballot}, {from.Node} told it that it promised {reply.Promised}");
    }

    public void Check(Process from, Envelope envelope)
    {
        var mode = from.Replica.Options.Mode;
        Rule.Requires(envelope.From == from.Identity, from.Host, $"sends in the name of {envelope.From}");
        Rule.Requires(envelope.Mode == mode, from.Host, $"sends in mode {envelope.Mode}");
        Rule.Requires(envelope.To.Node != from.Host.Node, from.Host, "sends to itself");
        CheckStanding(from, envelope.Message);
        switch (envelope.Message)
        {
            case Prepare prepare:
                Rule.Requires(prepare.Ballot.Node == from.Host.Node, from.Host, $"prepares {prepare.Ballot}, a ballot of another node");
                Rule.Requires(from.Host.Disk.Promised >= prepare.Ballot, from.Host, $"prepares {prepare.Ballot} before its own promise is durable");
                break;
            case Promise promise:
                CheckPromise(from, promise);
                break;
            case Accept accept:
                CheckAccept(from, accept);
                break;
            case Accepted accepted:
                CheckNotDropped(from, envelope.Token, accepted);
                for (var i = 0; i < accepted.Count; i++) cluster.Acknowledged(from, accepted.FirstSlot + i, accepted.Ballot);
                break;
            case Heartbeat heartbeat when mode == Mode.Multi:
                cluster.Leads(from, heartbeat.Ballot);
                CheckCommit(from, heartbeat.Ballot, heartbeat.CommitIndex);
                break;
            case HeartbeatReply reply:
                Rule.Requires(reply.Promised >= from.Host.Disk.Promised, from.Host, $"reports the promise {reply.Promised}, its disk holds {from.Host.Disk.Promised}");
                break;
            case Learn learn:
                CheckLearned(from, learn.Entries);
                break;
            case Forwarded forwarded when !forwarded.Ballot.IsNone:
                cluster.Leads(from, forwarded.Ballot);
                CheckCommit(from, forwarded.Ballot, forwarded.CommitIndex);
                break;
            case ReadIndexReply reply when !reply.Ballot.IsNone:
                cluster.Leads(from, reply.Ballot);
                CheckCommit(from, reply.Ballot, Math.Max(reply.CommitIndex, reply.Index));
                break;
            case LearnQuery { Limit: > 1 }:
                laggards.Asks(from, envelope.To.Node);
                break;
            case LearnReply reply:
                CheckLearned(from, reply.Entries);
                break;
            case RecoverReply { From: > 0 }:
                CheckReport(from, envelope.To);
                break;
            case Handover:
                coverage.Count(Seen.HandOvers);
                break;
        }
    }

    /// <remarks>P1b's report: every acceptance on this disk below the ballot is in the promise, or a later one of the same slot.</remarks>
    private void CheckPromise(Process from, Promise promise)
    {
        Rule.Requires(from.Host.Disk.Promised >= promise.Ballot, from.Host, $"promises {promise.Ballot} before that is durable");
        foreach (var proposal in promise.Proposals)
        {
            if (proposal.Learned) cluster.Learned(from, proposal.Slot, proposal.Command);
        }

        var next = 0;
        for (var slot = promise.From; slot <= promise.Through; slot++)
        {
            while (next < promise.Proposals.Count && promise.Proposals[next].Slot < slot) next++;
            if (from.Host.Disk.Record(slot) is not { Learned: false } record || record.Ballot >= promise.Ballot) continue;
            Rule.Requires(next < promise.Proposals.Count && promise.Proposals[next].Slot == slot, from.Host, $"its promise of {promise.Ballot} omits slot {slot}");
            var proposal = promise.Proposals[next];
            Rule.Requires(proposal.Learned || proposal.Ballot >= record.Ballot, from.Host, $"its promise of {promise.Ballot} reports an old acceptance of slot {slot}");
        }
    }

    private void CheckAccept(Process from, Accept accept)
    {
        cluster.Leads(from, accept.Ballot);
        CheckCommit(from, accept.Ballot, accept.CommitIndex);
        for (var i = 0; i < accept.Commands.Count; i++) cluster.Proposed(from, accept.FirstSlot + i, accept.Ballot, accept.Commands[i]);
    }

    /// <remarks>What is behind the truncation cannot be accepted any more: it may hold another command, chosen in a higher ballot (rule 12).</remarks>
    private static void CheckNotDropped(Process from, long token, Accepted accepted)
    {
        if (!from.Observed!.AskedBehind.Remove(token, out var through)) return;
        Rule.Requires(accepted.FirstSlot > through, from.Host, $"says that it accepts slot {accepted.FirstSlot} of {accepted.Ballot}, and had dropped its log through {through} when it was asked");
    }

    private void CheckLearned(Process from, IReadOnlyList<LearnedCommand> entries)
    {
        foreach (var entry in entries) cluster.Learned(from, entry.Slot, entry.Command);
    }

    /// <remarks>Rule 15: until it has gathered what was lost, nothing that it says counts for a quorum.</remarks>
    private static void CheckStanding(Process from, Message message)
    {
        if (message is not (Promise or Accepted or AlreadyChosen or HeartbeatReply or ReadIndexReply or Answer or RecoverReply { From: > 0 })) return;
        Rule.Requires(from.Replica.Role != Role.Recovering, from.Host, $"answers {message.GetType().Name} while it is recovering");
    }

    /// <remarks>Decision 9: a member that reports before all others ignore the lost directory may yet accept what that one is counted for.</remarks>
    private void CheckReport(Process from, Identity recovering)
    {
        // A question that was long on its way, of a directory that was itself replaced since: nobody acts on the answer.
        if (hosts.Any(host => host.Node == recovering.Node && host.Disk.Incarnation != recovering.Incarnation)) return;
        Rule.Requires(
            cluster.MayBeTold(recovering), from.Host,
            $"reports to {recovering.Node} what it accepted, and not all others have durably taken note of the new incarnation");
    }

    private void CheckCommit(Process from, Ballot ballot, long commitIndex)
    {
        Rule.Requires(commitIndex == 0 || cluster.IsChosen(commitIndex), from.Host, $"announces CommitIndex {commitIndex}, which is not chosen");
        cluster.Announced(from, ballot, commitIndex);
    }
}
