using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AspirePaxos.KeyValue;

internal static class SnapshotWriter
{
    public const int Format = 1;
    private const int PieceSize = 64 * 1024;

    private static readonly JsonWriterOptions options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static IEnumerable<ReadOnlyMemory<byte>> Write(StoreSnapshot snapshot, string clusterId)
    {
        var buffer = new ArrayBufferWriter<byte>(PieceSize * 2);
        using var json = new Utf8JsonWriter(buffer, options);
        WriteHeader(json, snapshot, clusterId);
        EndLine(json, buffer);
        foreach (var row in snapshot.Entries)
        {
            WriteEntry(json, row);
            EndLine(json, buffer);
            if (buffer.WrittenCount < PieceSize) continue;
            yield return buffer.WrittenMemory;
            buffer.ResetWrittenCount();
        }

        foreach (var (keyHash, remembered) in snapshot.Idempotency)
        {
            WriteRemembered(json, keyHash, remembered);
            EndLine(json, buffer);
            if (buffer.WrittenCount < PieceSize) continue;
            yield return buffer.WrittenMemory;
            buffer.ResetWrittenCount();
        }

        if (buffer.WrittenCount > 0) yield return buffer.WrittenMemory;
    }

    private static void EndLine(Utf8JsonWriter json, ArrayBufferWriter<byte> buffer)
    {
        json.WriteEndObject();
        json.Flush();
        json.Reset();
        buffer.Write("\n"u8);
    }

    private static void WriteHeader(Utf8JsonWriter json, StoreSnapshot snapshot, string clusterId)
    {
        json.WriteStartObject();
        json.WriteNumber("format"u8, Format);
        json.WriteString("cluster"u8, clusterId);
        json.WriteNumber("slot"u8, snapshot.Position.AppliedIndex);
        json.WriteNumber("revision"u8, snapshot.Position.Revision);
        json.WriteNumber("time"u8, snapshot.Position.LogTime);
        json.WriteString("hash"u8, snapshot.Position.Hash.ToString("x32", null));
        json.WriteNumber("entries"u8, snapshot.Entries.Count);
        json.WriteNumber("idempotency"u8, snapshot.Idempotency.Count);
    }

    private static void WriteEntry(Utf8JsonWriter json, KeyedEntry row)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, row.Key);
        json.WriteBase64String("value"u8, row.Entry.Value.Span);
        json.WriteNumber("revision"u8, row.Entry.Revision);
        json.WriteNumber("created"u8, row.Entry.CreatedRevision);
    }

    private static void WriteRemembered(Utf8JsonWriter json, UInt128 keyHash, Remembered remembered)
    {
        json.WriteStartObject();
        json.WriteString("idem"u8, keyHash.ToString("x32", null));
        json.WriteString("request"u8, remembered.RequestHash.ToString("x32", null));
        json.WritePropertyName("result"u8);
        json.WriteRawValue(remembered.Result.Encode(), skipInputValidation: true);
        json.WriteNumber("time"u8, remembered.LogTime);
        json.WriteNumber("order"u8, remembered.Order);
    }
}
