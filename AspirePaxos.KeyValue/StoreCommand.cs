namespace AspirePaxos.KeyValue;

/// <summary>One client command, decided by consensus and executed by <see cref="KeyValueStore.Apply"/> on every replica alike.</summary>
/// <param name="IdempotencyKey">A retry with the same key gets the first answer (rule 8); null: none.</param>
public abstract record StoreCommand(string? IdempotencyKey)
{
    /// <summary>
    /// One JSON object in UTF-8, without white space: what the protocol carries, for example
    /// <c>{"op":"put","key":"k","value":"dg==","if":{"revision":3},"idem":"a1"}</c>; equal commands give equal bytes.
    /// </summary>
    /// <exception cref="ArgumentException">A string holds half of a surrogate pair, which UTF-8 cannot carry.</exception>
    public byte[] Encode() => CommandWriter.Write(this);

    /// <exception cref="System.Text.Json.JsonException">Not a command; the message names what is wrong.</exception>
    public static StoreCommand Decode(ReadOnlyMemory<byte> json) => CommandReader.Read(json.Span);
}

/// <param name="Value">Any bytes, empty too.</param>
public sealed record Put(string Key, ReadOnlyMemory<byte> Value, Condition Condition = default, string? IdempotencyKey = null) : StoreCommand(IdempotencyKey);

public sealed record Delete(string Key, Condition Condition = default, string? IdempotencyKey = null) : StoreCommand(IdempotencyKey);

/// <summary>Changes nothing; is chosen and applied like any other.</summary>
public sealed record NoOp(string? IdempotencyKey = null) : StoreCommand(IdempotencyKey);
