namespace AspirePaxos.KeyValue;

/// <summary>One client command, decided by consensus and executed by <see cref="KeyValueStore.Apply"/> on every replica alike.</summary>
/// <param name="IdempotencyKey">A retry with the same key gets the first answer (rule 8); null: none.</param>
public abstract record StoreCommand(string? IdempotencyKey)
{
    /// <summary>One JSON object in UTF-8, without white space: what the protocol carries.</summary>
    public byte[] Encode() => throw new NotImplementedException();

    /// <exception cref="System.Text.Json.JsonException">Not a command; the message names what is wrong.</exception>
    public static StoreCommand Decode(ReadOnlyMemory<byte> json) => throw new NotImplementedException();
}

/// <param name="Value">Any bytes, empty too.</param>
public sealed record Put(string Key, ReadOnlyMemory<byte> Value, Condition Condition = default, string? IdempotencyKey = null) : StoreCommand(IdempotencyKey);

public sealed record Delete(string Key, Condition Condition = default, string? IdempotencyKey = null) : StoreCommand(IdempotencyKey);

/// <summary>Changes nothing; is chosen and applied like any other.</summary>
public sealed record NoOp(string? IdempotencyKey = null) : StoreCommand(IdempotencyKey);

public enum ConditionKind
{
    /// <summary>Unconditional.</summary>
    None,

    /// <summary>The key exists with exactly this revision (If-Match: "rev").</summary>
    RevisionIs,

    /// <summary>The key does not exist (If-None-Match: *).</summary>
    Absent,

    /// <summary>The key exists, whatever its revision (If-Match: *).</summary>
    Present,
}

public readonly record struct Condition(ConditionKind Kind, long Revision = 0);

public enum ResultStatus
{
    Ok,

    /// <summary>A delete found no such key; nothing changed.</summary>
    NotFound,

    /// <summary>The condition did not hold; nothing changed. Revision is the key's present one, 0 where it is absent.</summary>
    ConditionFailed,

    /// <summary>The Idempotency-Key was used with another request; nothing changed.</summary>
    KeyReused,

    /// <summary>The idempotency table is full; nothing changed.</summary>
    TooManyKeys,
}

/// <summary>The answer to one command; for a retry with the same Idempotency-Key the first one again.</summary>
/// <param name="Revision">Of the key after a put; of the store after a delete or no-op.</param>
/// <param name="Slot">Where the command was first applied.</param>
public readonly record struct StoreResult(ResultStatus Status, long Revision, long Slot)
{
    /// <summary>A compact encoding that <see cref="Decode"/> reads; valid JSON, since it travels in one.</summary>
    public byte[] Encode() => throw new NotImplementedException();

    public static StoreResult Decode(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}
