using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>The keys that a round is about, read out of its batches without decoding what follows them.</summary>
internal static class RoundKeys
{
    public const int Most = 8;

    /// <summary>Where a command's own properties lie: in an object, in the array of an object.</summary>
    private const int CommandDepth = 3;

    /// <returns>The bytes of the batches of these slots, and the first distinct keys in them.</returns>
    public static (long Bytes, IReadOnlyList<string> Keys) Of(IReadOnlyList<LogRecord> records, long firstSlot, long lastSlot)
    {
        var bytes = 0L;
        var keys = new List<string>();
        foreach (var record in records)
        {
            if (record.Slot < firstSlot || record.Slot > lastSlot) continue;
            bytes += record.Command.Bytes.Length;
            if (keys.Count < Most) Add(keys, record.Command.Bytes.Span);
        }

        return (bytes, keys);
    }

    private static void Add(List<string> keys, ReadOnlySpan<byte> batch)
    {
        var reader = new Utf8JsonReader(batch);
        while (keys.Count < Most && reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != CommandDepth || !reader.ValueTextEquals("key"u8)) continue;
            reader.Read();
            if (reader.GetString() is { } key && !keys.Contains(key)) keys.Add(key);
        }
    }
}
