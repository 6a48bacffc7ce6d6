using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>What became of one round that this replica led: its phases and its exchanges with each peer. Immutable.</summary>
/// <param name="Id">From 1 in each process, in the order in which rounds were kept; a round kept while open has the same id when it ends.</param>
/// <param name="TraceId">Null where the round is not traced.</param>
/// <param name="FirstSlot">Of phase 1 the first slot that it asks about.</param>
/// <param name="LastSlot">Of phase 1 the last slot that had to be proposed again; below <paramref name="FirstSlot"/> where there is none.</param>
/// <param name="Bytes">Of the encoded batches.</param>
/// <param name="Keys">The first distinct ones, <see cref="RoundKeys.Most"/> at most.</param>
/// <param name="Duration">Until the outcome, until now where there is none.</param>
/// <param name="Reason">Why the ballot was given up; null otherwise.</param>
internal sealed record Round(
    long Id, string? TraceId, RoundKind Kind, Ballot Ballot, long FirstSlot, long LastSlot, int Commands, long Bytes, IReadOnlyList<string> Keys,
    DateTime Started, TimeSpan Duration, RoundOutcome Outcome, string? Reason, IReadOnlyList<RoundStep> Steps)
{
    /// <summary>Longer than this a round is slow, and kept whatever the rate.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);

    /// <summary>Kept for what it shows, not as one of many.</summary>
    public bool IsNotable => Kind == RoundKind.Prepare || Outcome is RoundOutcome.Open or RoundOutcome.SteppedDown || Duration > Slow;
}

/// <summary>Phase 1 for all slots from one on, or phase 2 for some.</summary>
internal enum RoundKind
{
    Prepare,
    Accept,
}

internal enum RoundOutcome
{
    Open,

    /// <summary>Phase 1: a quorum promised.</summary>
    Promised,

    /// <summary>Phase 2: a quorum accepted.</summary>
    Chosen,
    SteppedDown,
}

/// <param name="Node">Whose step it is: this replica, or the peer that was asked.</param>
/// <param name="Start">Since the start of the round.</param>
/// <param name="End">Null where it has not ended, or nothing came.</param>
/// <param name="Result">Null as long as nobody knows.</param>
internal readonly record struct RoundStep(RoundStepKind Kind, NodeId Node, TimeSpan Start, TimeSpan? End, string? Result);

internal enum RoundStepKind
{
    /// <summary>This replica's own promise or acceptance, on its way to disk.</summary>
    Persist,
    Prepare,
    Accept,
    Apply,
}
