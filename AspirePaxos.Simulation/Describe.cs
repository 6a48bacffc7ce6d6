using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>Messages and effects in one line, for traces and scripts.</summary>
internal static class Describe
{
    public static string Text(Message message) => message switch
    {
        Prepare m => $"Prepare {m.Ballot} from {m.FromSlot}{(m.PageFrom > m.FromSlot ? $" page {m.PageFrom}" : "")}{(m.Handover.IsNone ? "" : $" handover {m.Handover}")}",
        Promise m => $"Promise {m.Ballot} {m.From}..{m.Through} of {m.LastSlot} commit {m.CommitIndex}{Truncated(m.TruncatedThrough)} [{string.Join(", ", m.Proposals.Select(Text))}]",
        Accept m => $"Accept {m.Ballot} {m.FirstSlot}: {string.Join(", ", m.Commands.Select(Text))} commit {m.CommitIndex}",
        Accepted m => $"Accepted {m.Ballot} {Slots(m.FirstSlot, m.Count)}",
        AlreadyChosen m => $"AlreadyChosen {m.Ballot} commit {m.CommitIndex}{Truncated(m.TruncatedThrough)}",
        Nack m => $"Nack {m.RefusedBallot} promised {m.Promised}{(m.Reason == NackReason.Promised ? "" : $" {m.Reason}")}",
        Learn m => $"Learn [{string.Join(", ", m.Entries.Select(Text))}]",
        LearnQuery m => $"LearnQuery from {m.From}",
        LearnReply m => $"LearnReply [{string.Join(", ", m.Entries.Select(Text))}] commit {m.CommitIndex}{Truncated(m.TruncatedThrough)}",
        Noted => "Noted",
        Heartbeat m => $"Heartbeat {m.Ballot} commit {m.CommitIndex} read {m.ReadSequence}{Lease(m.Lease)}",
        HeartbeatReply m => $"HeartbeatReply {m.Ballot} read {m.ReadSequence} promised {m.Promised} commit {m.CommitIndex} applied {m.AppliedIndex}{Lease(m.Lease)}",
        Question m => $"Question {m.Sequence} commit {m.CommitIndex}{(m.Handover.IsNone ? "" : $" handover {m.Handover}")}",
        Answer m => $"Answer {m.Sequence} {(m.Yes ? "yes" : "no")} promised {m.Promised} commit {m.CommitIndex}",
        Handover m => $"Handover {m.Ballot} commit {m.CommitIndex}",
        Forward m => $"Forward {string.Join(", ", m.Commands.Select(command => $"#{command.RequestId}"))}",
        Forwarded m => $"Forwarded {string.Join(", ", m.Outcomes.Select(outcome => $"#{outcome.RequestId} {Text(outcome.Outcome)}"))}",
        ReadIndexQuery m => $"ReadIndexQuery {m.Sequence}",
        ReadIndexReply m => $"ReadIndexReply {m.Sequence} index {m.Index}",
        FormationQuery m => $"FormationQuery knows {Names(m.Table)}",
        FormationReply m => $"FormationReply {(m.Formed ? "formed" : "not formed")} knows {Names(m.Table)}",
        SnapshotQuery m => m.Slot == 0 ? $"SnapshotQuery above {m.Above}" : $"SnapshotQuery of {m.Slot} from {m.Offset} above {m.Above}",
        SnapshotChunk m => $"SnapshotChunk of {m.Id.Slot} {m.Offset}..{m.Offset + m.Data.Length} of {m.Id.Length}",
        RecoverQuery m => m.FromSlot == 0 ? "RecoverQuery" : $"RecoverQuery from {m.FromSlot}{(m.PageFrom > m.FromSlot ? $" page {m.PageFrom}" : "")}",
        RecoverReply m => $"RecoverReply promised {m.Promised} {m.From}..{m.Through} of {m.LastSlot} commit {m.CommitIndex}{Truncated(m.TruncatedThrough)} [{string.Join(", ", m.Proposals.Select(Text))}]",
        Refused m => $"Refused {m.Reason}",
        _ => message.GetType().Name,
    };

    private static string Lease(int milliseconds) => milliseconds == 0 ? "" : $" lease {milliseconds}";

    public static string Text(Outcome outcome) => outcome.Kind == OutcomeKind.Done ? $"Done at {outcome.Slot}" : outcome.Kind.ToString();

    public static string Text(Write write)
    {
        var parts = write.Records.Select(record => $"{record.Slot} {Text(record.Command)} {(record.Learned ? "learned" : $"at {record.Ballot}")}").ToList();
        if (write.Promised is { } promised) parts.Insert(0, $"promise {promised}");
        if (write.Cluster is { } cluster) parts.Add(cluster.ClusterId.Length == 0 ? $"members {Names(cluster.Members)}" : $"cluster {cluster.ClusterId}");
        parts.Add($"commit {write.CommitIndex}");
        return string.Join(", ", parts);
    }

    public static string Text(RoundEvent round) => round switch
    {
        RoundEvent.PrepareStarted r => $"prepares {r.Ballot} from {r.FromSlot}",
        RoundEvent.Prepared r => $"prepared {r.Ballot}, recovers through {r.RecoveredSlot}",
        RoundEvent.AcceptStarted r => $"proposes {Slots(r.FirstSlot, r.Slots)} in {r.Ballot}",
        RoundEvent.Chosen r => $"chosen through {r.Through} in {r.Ballot}",
        RoundEvent.SteppedDown r => $"gives up {r.Ballot}: {r.Reason}",
        _ => round.GetType().Name,
    };

    /// <summary>A short name of a command: what its values say, since ids differ from run to run of the same scenario.</summary>
    public static string Text(Command command)
    {
        if (command.IsNoOp) return "NoOp";
        var text = string.Join('+', Batch.Decode(command).Commands.Select(Short));
        return text.Length == 0 ? "empty" : text;
    }

    private static string Text(Proposal proposal) => $"{proposal.Slot} {Text(proposal.Command)} {(proposal.Learned ? "learned" : $"at {proposal.Ballot}")}";

    private static string Text(LearnedCommand entry) => $"{entry.Slot} {Text(entry.Command)}";

    private static string Short(ReadOnlyMemory<byte> command)
    {
        try
        {
            return KeyValue.StoreCommand.Decode(command) switch
            {
                KeyValue.Put put => $"{put.Key}={System.Text.Encoding.UTF8.GetString(put.Value.Span)}",
                KeyValue.Delete delete => $"-{delete.Key}",
                _ => "nothing",
            };
        }
        catch (System.Text.Json.JsonException)
        {
            return System.Text.Encoding.UTF8.GetString(command.Span);
        }
    }

    private static string Names(IReadOnlyList<Member> table) => string.Join(' ', table.Select(member => member.Node.Name));

    private static string Slots(long first, int count) => count == 1 ? $"{first}" : $"{first}..{first + count - 1}";

    private static string Truncated(long slot) => slot == 0 ? "" : $" truncated {slot}";
}
