using AspirePaxos.Node.Telemetry;

namespace AspirePaxos.Node.Api;

/// <param name="Seen">Rounds that this replica began since its start; of many only some are kept.</param>
/// <param name="Kept">How many are kept now.</param>
internal sealed record RoundsBody(string Node, long Seen, int Kept, IReadOnlyList<RoundBody> Rounds);

/// <param name="Through">The last slot; of a prepare below <paramref name="Slot"/> where nothing had to be proposed again.</param>
/// <param name="Reason">Why the ballot was given up; null otherwise.</param>
internal sealed record RoundBody(
    long Id, string Node, string? TraceId, string Kind, BallotBody Ballot, long Slot, long Through, int Commands, long Bytes, IReadOnlyList<string> Keys,
    DateTime StartedAt, double DurationMs, string Outcome, string? Reason, IReadOnlyList<StepBody> Steps)
{
    public static RoundBody Of(Round round, string node) => new(
        round.Id,
        node,
        round.TraceId,
        round.Kind == RoundKind.Prepare ? "prepare" : "accept",
        new BallotBody(round.Ballot.Number, round.Ballot.Node.Name),
        round.FirstSlot,
        round.LastSlot,
        round.Commands,
        round.Bytes,
        round.Keys,
        round.Started,
        Milliseconds(round.Duration),
        NameOf(round.Outcome),
        round.Reason,
        [.. round.Steps.Select(step => new StepBody(
            NameOf(step.Kind), step.Node.Name, Milliseconds(step.Start), step.End is { } end ? Milliseconds(end) : null, step.Result))]);

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private static string NameOf(RoundOutcome outcome) => outcome switch
    {
        RoundOutcome.Open => "open",
        RoundOutcome.Promised => "promised",
        RoundOutcome.Chosen => "chosen",
        RoundOutcome.SteppedDown => "stepped-down",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string NameOf(RoundStepKind kind) => kind switch
    {
        RoundStepKind.Persist => "persist",
        RoundStepKind.Prepare => "prepare",
        RoundStepKind.Accept => "accept",
        RoundStepKind.Apply => "apply",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <param name="StartMs">Since the start of the round.</param>
/// <param name="EndMs">Null where nothing came, or not yet.</param>
/// <param name="Result"><c>ok</c>, <c>accepted</c>, <c>promised</c>, <c>nack</c>, <c>chosen</c> (the peer knew so), <c>refused</c>, <c>lost</c>; null as long as it is open.</param>
internal sealed record StepBody(string What, string Node, double StartMs, double? EndMs, string? Result);

/// <param name="Seen">In the last second.</param>
/// <param name="Shown">Of them, in this stream.</param>
internal sealed record RoundRateBody(long Seen, int Shown);
