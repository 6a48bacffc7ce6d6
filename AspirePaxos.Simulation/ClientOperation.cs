using AspirePaxos.KeyValue;

namespace AspirePaxos.Simulation;

internal enum Ending
{
    /// <summary>Under way, or it may have happened and may still happen.</summary>
    Maybe,
    Done,

    /// <summary>It never happened and never will.</summary>
    NotHappened,
}

/// <summary>One operation as its client saw it, from the first attempt to the last answer.</summary>
internal sealed class ClientOperation
{
    public required int Client { get; init; }

    public required string Key { get; init; }

    /// <summary>Null: a read.</summary>
    public StoreCommand? Command { get; init; }

    public byte[] Bytes { get; init; } = [];

    /// <summary>A read of what one replica has applied, which may be old; else reads are linearizable.</summary>
    public bool Local { get; init; }

    /// <summary>A read that may be answered by lease.</summary>
    public bool Leased { get; init; }

    /// <summary>Its attempts all go to this host; null: to any.</summary>
    public Host? Pinned { get; init; }

    public int AttemptsLeft { get; set; }

    public long Invoked { get; init; }

    public long Ended { get; set; } = long.MaxValue;

    public Ending Ending { get; set; } = Ending.Maybe;

    public bool AnyUnknown { get; set; }

    public StoreResult Result { get; set; }

    /// <summary>What a read found.</summary>
    public Entry? Entry { get; set; }

    /// <summary>Where it carries a key, each execution and the replicated clock then: one, unless the store forgot the key in between.</summary>
    public List<(StoreResult Result, long LogTime)> Executions { get; } = [];
}

/// <summary>One request to one process.</summary>
internal sealed class Attempt(ClientOperation operation)
{
    public readonly ClientOperation Operation = operation;
    public bool Ended;

    /// <summary>Of the process's own clock.</summary>
    public long StartedClock;

    /// <summary>When the replica gives it up, as its clock stood when the request came.</summary>
    public long Deadline;

    /// <summary>What a linearizable read must see at least: all that anyone had applied when it arrived.</summary>
    public long Floor;
}
