namespace AspirePaxos.Protocol;

public enum OutcomeKind
{
    /// <summary>Chosen, and applied by the replica that answers.</summary>
    Done,

    /// <summary>No proposer can have taken it, now or later: safe to retry blindly.</summary>
    NotProposed,

    /// <summary>It may be or become chosen: safe to retry only with the same Idempotency-Key.</summary>
    Unknown,

    /// <summary>Too many requests wait here; nothing was proposed.</summary>
    Overloaded,
}

/// <summary>How a write ended (rule 8).</summary>
/// <param name="Slot">Where it was chosen; 0 unless done.</param>
/// <param name="Result">What the state machine said, opaque here; empty unless done.</param>
public readonly record struct Outcome(OutcomeKind Kind, long Slot, ReadOnlyMemory<byte> Result)
{
    public static readonly Outcome NotProposed = new(OutcomeKind.NotProposed, 0, default);
    public static readonly Outcome Unknown = new(OutcomeKind.Unknown, 0, default);
    public static readonly Outcome Overloaded = new(OutcomeKind.Overloaded, 0, default);

    public static Outcome Done(long slot, ReadOnlyMemory<byte> result) => new(OutcomeKind.Done, slot, result);
}
