using System.Diagnostics;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>One span per commit to disk that a traced round waits for: its leader's, and each acceptor's.</summary>
internal sealed class PersistSpans(Spans spans)
{
    private readonly List<ActivityContext> arrivals = [];
    private readonly List<TracedWrite> writes = [];

    /// <summary>Nothing traced arrived in this turn.</summary>
    public bool IsIdle => arrivals.Count == 0;

    public void Arrived(ActivityContext server) => arrivals.Add(server);

    /// <summary>The write of this turn, which answers what arrived in it; null: the turn changed nothing durable.</summary>
    public void Issued(Write? write, DateTime now, IEnumerable<TracedRound> rounds)
    {
        if (write is not null)
        {
            foreach (var round in rounds)
            {
                if (round.WriteSequence == 0) round.WriteSequence = write.Sequence;
                if (round.WriteSequence == write.Sequence) writes.Add(new(write.Sequence, now, round.Span.Context, "paxos persist"));
            }

            foreach (var server in arrivals) writes.Add(new(write.Sequence, now, server, "paxos acceptor persist"));
        }

        arrivals.Clear();
    }

    /// <param name="started">Of the commit; null: not measured, the span begins when the write was issued.</param>
    public void Persisted(long last, DateTime? started, DateTime ended)
    {
        if (writes.Count == 0) return;
        foreach (var write in writes)
        {
            if (write.Sequence > last || spans.Begin(write.Name, ActivityKind.Internal, write.Parent, started ?? write.Issued) is not { } span) continue;
            span.SetTag("paxos.write_sequence", write.Sequence);
            if (started is { } began) span.SetTag("paxos.queued_ms", Math.Max(0, (began - write.Issued).TotalMilliseconds));
            Spans.End(span, ended);
        }

        writes.RemoveAll(write => write.Sequence <= last);
    }

    /// <param name="Parent">The round (this replica's own acceptance), or the leader's request that it answers.</param>
    private readonly record struct TracedWrite(long Sequence, DateTime Issued, ActivityContext Parent, string Name);
}
