namespace AspirePaxos.Web.Nodes;

/// <summary>A change of one key, complete: what is sent again is this again.</summary>
/// <param name="Value">Null: the key is deleted.</param>
/// <param name="Revision">The key must be at this revision; 0: must not exist; null: no condition.</param>
/// <param name="IdempotencyKey">Chosen once for all tries, so that the nodes do it once.</param>
/// <param name="At">Of the first try.</param>
public sealed record KeyWrite(string Key, byte[]? Value, long? Revision, string IdempotencyKey, DateTimeOffset At)
{
    /// <summary>Less than the five minutes that nodes remember an Idempotency-Key at least (<c>Paxos:IdempotencyRetention</c>).</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(4);

    public bool MayBeSentAgain(DateTimeOffset now) => now - At < Remembered;

    public bool Does(string key, byte[]? value, long? revision) =>
        Key == key && Revision == revision && Value is null == value is null && Value.AsSpan().SequenceEqual(value);
}
