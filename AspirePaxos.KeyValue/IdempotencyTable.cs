using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AspirePaxos.KeyValue;

/// <summary>
/// What became of the requests that carried an Idempotency-Key (rule 8). Bounded by count; the oldest leave first, and only when they
/// have been remembered for the retention, so that a key a client may still retry with is never forgotten.
/// </summary>
internal sealed class IdempotencyTable(StoreOptions options)
{
    // After an idle time everything may be due at once; a slot that dropped a million rows would hold up the disk for longer than an
    // election timeout. Those past their time that wait here are still honoured.
    internal const int MaxExpiredPerSlot = 4_096;

    private readonly Dictionary<UInt128, Remembered> remembered = [];
    private readonly Queue<UInt128> oldestFirst = new();

    // A function of what is remembered, so that a store restored from rows goes on with the same numbers.
    private long lastOrder;

    public int Count => remembered.Count;

    public long NextExpiry => oldestFirst.TryPeek(out var oldest) ? remembered[oldest].LogTime + options.IdempotencyRetention : long.MaxValue;

    public IEnumerable<KeyValuePair<UInt128, Remembered>> OldestFirst => oldestFirst.Select(hash => KeyValuePair.Create(hash, remembered[hash]));

    public void Restore(Dictionary<UInt128, Remembered> rows)
    {
        foreach (var (hash, row) in rows.OrderBy(row => row.Value.Order)) Add(hash, row);
    }

    public bool TryGet(UInt128 keyHash, out Remembered found) => remembered.TryGetValue(keyHash, out found);

    public void ExpireDue(long logTime, List<RowChange> changes)
    {
        for (var i = 0; i < MaxExpiredPerSlot && OldestIsDue(logTime); i++) ExpireOldest(changes);
    }

    /// <summary>Room for one more: there is, or the oldest is past its time and leaves.</summary>
    public bool MakeRoom(long logTime, List<RowChange> changes)
    {
        if (remembered.Count >= options.MaxIdempotencyKeys && OldestIsDue(logTime)) ExpireOldest(changes);
        return remembered.Count < options.MaxIdempotencyKeys;
    }

    public void Remember(UInt128 keyHash, UInt128 requestHash, StoreResult result, long logTime, List<RowChange> changes)
    {
        var row = new Remembered(requestHash, result, logTime, lastOrder + 1);
        Add(keyHash, row);
        changes.Add(new IdempotencyRow(keyHash, row));
    }

    /// <summary>The first half of SHA-256: nobody finds two requests with the same, and it is the same on every machine.</summary>
    public static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return BinaryPrimitives.ReadUInt128BigEndian(digest);
    }

    public static UInt128 Hash(string key)
    {
        var size = Encoding.UTF8.GetMaxByteCount(key.Length);
        var bytes = size <= 512 ? stackalloc byte[512] : new byte[size];
        return Hash(bytes[..Encoding.UTF8.GetBytes(key, bytes)]);
    }

    private void Add(UInt128 hash, Remembered row)
    {
        remembered.Add(hash, row);
        oldestFirst.Enqueue(hash);
        lastOrder = row.Order;
    }

    private bool OldestIsDue(long logTime) =>
        oldestFirst.TryPeek(out var oldest) && logTime - remembered[oldest].LogTime >= options.IdempotencyRetention;

    private void ExpireOldest(List<RowChange> changes)
    {
        var oldest = oldestFirst.Dequeue();
        remembered.Remove(oldest, out var expired);
        changes.Add(new IdempotencyRow(oldest, null, expired));
        if (remembered.Count == 0) lastOrder = 0;
    }
}
