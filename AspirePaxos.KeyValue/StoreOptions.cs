namespace AspirePaxos.KeyValue;

/// <summary>Settings of a <see cref="KeyValueStore"/>; the same on every replica of a cluster, since results depend on them.</summary>
public sealed record StoreOptions
{
    /// <summary>Milliseconds of LogTime for which an Idempotency-Key is remembered at least.</summary>
    public long IdempotencyRetention { get; init; } = 300_000;

    /// <summary>The bound of the idempotency table; each key takes about 150 bytes of memory, so 150 MB for the default.</summary>
    public int MaxIdempotencyKeys { get; init; } = 1_000_000;
}
