using System.Runtime.InteropServices;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>A round under way, or over and still without some answers. Used again for another one, so that watching allocates nothing.</summary>
internal sealed class WatchedRound
{
    /// <summary>Beyond these, requests sent again are not noted.</summary>
    private const int MostSteps = 64;

    private readonly List<Step> steps = [];

    /// <summary>0 where it was not kept yet.</summary>
    public long Id { get; private set; }

    public RoundKind Kind { get; private set; }

    public Ballot Ballot { get; private set; }

    public long FirstSlot { get; private set; }

    public long LastSlot { get; set; }

    public int Commands { get; private set; }

    public long Started { get; private set; }

    /// <summary>The write with this replica's own part; null where it is not known yet.</summary>
    public Write? Write { get; private set; }

    public RoundOutcome Outcome { get; private set; }

    /// <summary>0 while it is open.</summary>
    public long Ended { get; private set; }

    public string? Reason { get; private set; }

    /// <summary>Null where it is not traced.</summary>
    public string? TraceId { get; set; }

    public bool IsOver => Outcome != RoundOutcome.Open;

    /// <summary>Nothing is awaited any more.</summary>
    public bool IsComplete
    {
        get
        {
            foreach (ref readonly var step in Steps)
            {
                if (step.Result is null) return false;
            }

            return IsOver;
        }
    }

    private Span<Step> Steps => CollectionsMarshal.AsSpan(steps);

    public void Begin(RoundKind kind, Ballot ballot, long firstSlot, long lastSlot, int commands, long now)
    {
        steps.Clear();
        (Id, Kind, Ballot, FirstSlot, LastSlot, Commands, Started) = (0, kind, ballot, firstSlot, lastSlot, commands, now);
        (Write, Outcome, Reason, TraceId, Ended) = (null, RoundOutcome.Open, null, null, 0);
    }

    /// <summary>So that a round that is kept for later use holds nothing of the last one.</summary>
    public void Forget()
    {
        steps.Clear();
        Write = null;
    }

    public void WriteIssued(Write write, NodeId self, long now)
    {
        Write = write;
        steps.Add(new(RoundStepKind.Persist, self, null, now));
    }

    public void Persisted(long now)
    {
        foreach (ref var step in Steps)
        {
            if (step.Kind == RoundStepKind.Persist && step.Result is null) (step.Ended, step.Result) = (now, "ok");
        }
    }

    public void Sent(Envelope request, long now)
    {
        if (steps.Count >= MostSteps) return;
        steps.Add(new(request.Message is Prepare ? RoundStepKind.Prepare : RoundStepKind.Accept, request.To.Node, request, now));
    }

    /// <returns>False where the request is none of this round's.</returns>
    public bool Answered(Envelope request, string result, long? now)
    {
        foreach (ref var step in Steps)
        {
            if (!ReferenceEquals(step.Request, request)) continue;
            (step.Ended, step.Result, step.Request) = (now ?? 0, result, null);
            return true;
        }

        return false;
    }

    public void End(RoundOutcome outcome, string? reason, long now) => (Outcome, Reason, Ended) = (outcome, reason, now);

    public void Applied(NodeId self, long now) => steps.Add(new(RoundStepKind.Apply, self, null, Ended) { Ended = now, Result = "ok" });

    public Round ToRound(long id, DateTime utcNow, long now, TimeProvider time)
    {
        Id = id;
        var (bytes, keys) = Write is null || Kind == RoundKind.Prepare ? (0, []) : RoundKeys.Of(Write.Records, FirstSlot, LastSlot);
        var shown = new RoundStep[steps.Count];
        for (var i = 0; i < shown.Length; i++)
        {
            var step = steps[i];
            shown[i] = new(
                step.Kind, step.Node, time.GetElapsedTime(Started, step.Started), step.Ended == 0 ? null : time.GetElapsedTime(Started, step.Ended), step.Result);
        }

        return new Round(
            id, TraceId, Kind, Ballot, FirstSlot, LastSlot, Commands, bytes, keys, utcNow - time.GetElapsedTime(Started, now),
            time.GetElapsedTime(Started, IsOver ? Ended : now), Outcome, Reason, shown);
    }

    private record struct Step(RoundStepKind Kind, NodeId Node, Envelope? Request, long Started)
    {
        /// <summary>0: it has not.</summary>
        public long Ended { get; set; }

        public string? Result { get; set; }
    }
}
