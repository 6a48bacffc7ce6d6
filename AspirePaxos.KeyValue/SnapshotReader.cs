using System.Globalization;
using System.Text.Json;

namespace AspirePaxos.KeyValue;

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote, and refuses anything that is not all of it.</summary>
internal sealed class SnapshotReader(string clusterId)
{
    private readonly List<KeyedEntry> entries = [];
    private readonly List<KeyValuePair<UInt128, Remembered>> idempotency = [];
    private readonly List<byte> cut = [];
    private StorePosition position;
    private int expectedEntries = -1;
    private int expectedIdempotency;
    private long lines;

    public static StoreSnapshot Read(IEnumerable<ReadOnlyMemory<byte>> pieces, string clusterId)
    {
        var reader = new SnapshotReader(clusterId);
        foreach (var piece in pieces) reader.Add(piece.Span);
        return reader.End();
    }

    private void Add(ReadOnlySpan<byte> piece)
    {
        while (piece.IndexOf((byte)'\n') is >= 0 and var end)
        {
            if (cut.Count > 0)
            {
                cut.AddRange(piece[..end]);
                AddLine(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(cut));
                cut.Clear();
            }
            else
            {
                AddLine(piece[..end]);
            }

            piece = piece[(end + 1)..];
        }

        cut.AddRange(piece);
    }

    private StoreSnapshot End()
    {
        if (cut.Count > 0) throw new JsonException("The last line of the snapshot has no end.");
        if (expectedEntries != entries.Count || expectedIdempotency != idempotency.Count)
            throw new JsonException($"The snapshot names {expectedEntries} entries and {expectedIdempotency} keys, and holds {entries.Count} and {idempotency.Count}.");
        return new StoreSnapshot(position, entries, idempotency);
    }

    private void AddLine(ReadOnlySpan<byte> line)
    {
        lines++;
        try
        {
            var reader = new Utf8JsonReader(line);
            using var json = JsonDocument.ParseValue(ref reader);
            var root = json.RootElement;
            if (lines == 1) AddHeader(root);
            else if (root.TryGetProperty("key"u8, out var key)) entries.Add(Entry(root, key.GetString()!));
            else idempotency.Add(Remembered(root));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            throw new JsonException($"Line {lines} of the snapshot cannot be read: {e.Message}", e);
        }
    }

    private void AddHeader(JsonElement json)
    {
        var format = json.GetProperty("format"u8).GetInt64();
        if (format != SnapshotWriter.Format) throw new JsonException($"it has format {format}, this program knows {SnapshotWriter.Format}.");
        var cluster = json.GetProperty("cluster"u8).GetString();
        if (cluster != clusterId) throw new JsonException($"it is of cluster {cluster}, this is {clusterId}.");
        position = new StorePosition(
            json.GetProperty("slot"u8).GetInt64(), json.GetProperty("revision"u8).GetInt64(), json.GetProperty("time"u8).GetInt64(), Hash(json, "hash"));
        expectedEntries = json.GetProperty("entries"u8).GetInt32();
        expectedIdempotency = json.GetProperty("idempotency"u8).GetInt32();
    }

    private static KeyedEntry Entry(JsonElement json, string key) =>
        new(key, new Entry(
            json.GetProperty("value"u8).GetBytesFromBase64(), json.GetProperty("revision"u8).GetInt64(), json.GetProperty("created"u8).GetInt64()));

    private static KeyValuePair<UInt128, Remembered> Remembered(JsonElement json)
    {
        var result = StoreResult.Decode(System.Text.Encoding.UTF8.GetBytes(json.GetProperty("result"u8).GetRawText()));
        var remembered = new Remembered(Hash(json, "request"), result, json.GetProperty("time"u8).GetInt64(), json.GetProperty("order"u8).GetInt64());
        return new(Hash(json, "idem"), remembered);
    }

    private static UInt128 Hash(JsonElement json, string field) =>
        UInt128.Parse(json.GetProperty(field).GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
