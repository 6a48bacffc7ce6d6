namespace AspirePaxos.Simulation.Linearizability;

/// <summary>What one client asked for and what it was told.</summary>
/// <param name="Client">Only for the reader of a verdict.</param>
/// <param name="Value">Written by a put, read by a get that found the key.</param>
/// <param name="Call">When the request left. Any unit; one clock for the whole history.</param>
/// <param name="Return">When the answer came; null where none did. Without meaning for <see cref="OperationOutcome.Unknown"/>: it may still happen.</param>
/// <param name="Revision">
/// As answered; null where the answer did not say. Of the key after a put and for a get; of the delete itself where it deleted; the
/// present one, 0 for none, where a condition failed.
/// </param>
public sealed record Operation(
    int Client,
    string Key,
    OperationKind Kind,
    string? Value,
    OperationCondition Condition,
    long Call,
    long? Return,
    OperationOutcome Outcome,
    long? Revision = null)
{
    /// <summary>It changed the key, or may have.</summary>
    internal bool Changes => Kind != OperationKind.Get && Outcome is OperationOutcome.Ok or OperationOutcome.Unknown;

    /// <summary>What was asked, for people.</summary>
    internal string Request => Kind switch
    {
        OperationKind.Put => $"put {Quoted.Text(Value)}{Condition}",
        OperationKind.Delete => $"delete{Condition}",
        _ => "get",
    };

    /// <summary>What was answered, for people.</summary>
    internal string Answer
    {
        get
        {
            var answer = (Kind, Outcome) switch
            {
                (OperationKind.Get, OperationOutcome.Ok) => Quoted.Text(Value),
                (_, OperationOutcome.Ok) => "ok",
                (_, OperationOutcome.NotFound) => "not found",
                (_, OperationOutcome.ConditionFailed) => "condition failed",
                (_, OperationOutcome.Refused) => "refused",
                _ => "unknown",
            };
            return Revision is { } known && Outcome != OperationOutcome.Unknown ? $"{answer} at revision {known}" : answer;
        }
    }

    /// <summary>One line, as a verdict shows it.</summary>
    public override string ToString() =>
        $"[{Call}, {(Outcome == OperationOutcome.Unknown || Return is null ? "∞" : Return)}] client {Client}: {Request} → {Answer}";

    /// <summary>The field of docs/history-format.md that contradicts the others; null where all is well.</summary>
    internal (string Field, string Problem)? Fault()
    {
        if (Value is null && (Kind == OperationKind.Put || this is { Kind: OperationKind.Get, Outcome: OperationOutcome.Ok }))
            return ("value", "a put, and a get that found the key, has a value");
        if (Kind == OperationKind.Get && Condition.Kind != OperationConditionKind.None) return ("if", "a get has no condition");
        if (Kind == OperationKind.Put && Outcome == OperationOutcome.NotFound) return ("outcome", "a put is not answered notFound");
        if (Outcome == OperationOutcome.ConditionFailed && (Kind == OperationKind.Get || Condition.Kind == OperationConditionKind.None))
            return ("outcome", "conditionFailed answers a put or delete that has a condition");
        if (Outcome is OperationOutcome.Unknown or OperationOutcome.Refused) return null;
        if (Return is null) return ("return", "an answered operation has a return; record it as unknown where none came");
        return Return < Call ? ("return", "the return is before the call; record both with one clock") : null;
    }
}

public enum OperationKind
{
    Put,
    Get,
    Delete,
}

public enum OperationOutcome
{
    Ok,

    /// <summary>A get or delete found no such key.</summary>
    NotFound,

    /// <summary>A put or delete changed nothing, since its condition did not hold.</summary>
    ConditionFailed,

    /// <summary>It may have happened at any time after its call, may still happen, or never.</summary>
    Unknown,

    /// <summary>It certainly never happened; the checker skips it.</summary>
    Refused,
}

/// <summary>What a put or delete asks of the key it changes.</summary>
public readonly record struct OperationCondition(OperationConditionKind Kind, long Revision = 0)
{
    public override string ToString() => Kind switch
    {
        OperationConditionKind.RevisionIs => $" if revision {Revision}",
        OperationConditionKind.Absent => " if absent",
        OperationConditionKind.Present => " if present",
        _ => "",
    };
}

public enum OperationConditionKind
{
    None,
    RevisionIs,
    Absent,
    Present,
}
