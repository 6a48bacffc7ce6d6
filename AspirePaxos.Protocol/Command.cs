namespace AspirePaxos.Protocol;

/// <summary>
/// What is proposed for one slot: an encoded <see cref="Batch"/>, one JSON object in UTF-8. The bytes are never re-encoded:
/// acceptors keep them and proposers repeat them as they came. Two commands are equal iff their bytes are.
/// </summary>
public readonly struct Command(ReadOnlyMemory<byte> bytes) : IEquatable<Command>
{
    /// <summary>Fills a slot for which nothing may be proposed; applies to nothing.</summary>
    public static readonly Command NoOp = new("{\"commands\":[]}"u8.ToArray());

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public bool IsNoOp => Equals(NoOp);

    public bool Equals(Command other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override bool Equals(object? obj) => obj is Command other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    public static bool operator ==(Command left, Command right) => left.Equals(right);

    public static bool operator !=(Command left, Command right) => !left.Equals(right);

    public override string ToString() => System.Text.Encoding.UTF8.GetString(Bytes.Span);
}
