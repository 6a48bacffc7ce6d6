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

    /// <summary>Null: a linearizable read.</summary>
    public StoreCommand? Command { get; init; }

    public byte[] Bytes { get; init; } = [];

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
}

/// <summary>One request to one process.</summary>
internal sealed class Attempt(ClientOperation operation)
{
    public readonly ClientOperation Operation = operation;
    public bool Ended;

    /// <summary>Of the process's own clock.</summary>
    public long StartedClock;

    /// <summary>What a linearizable read must see at least: all that anyone had applied when it arrived.</summary>
    public long Floor;
}
