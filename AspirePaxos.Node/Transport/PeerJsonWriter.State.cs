using System.Globalization;
using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

/// <content>What replicas say of the state behind the log: snapshots, hashes, what a lost directory may have held.</content>
internal static partial class PeerJsonWriter
{
    private static void WriteChunk(Utf8JsonWriter json, SnapshotChunk m)
    {
        json.WriteNumber("slot"u8, m.Id.Slot);
        json.WriteNumber("length"u8, m.Id.Length);
        WriteHash(json, "checksum"u8, m.Id.Checksum);
        json.WriteNumber("offset"u8, m.Offset);
        json.WriteBase64String("data"u8, m.Data.Span);
    }

    private static void WriteRecoverReply(Utf8JsonWriter json, RecoverReply m)
    {
        WriteBallot(json, "promised"u8, m.Promised);
        json.WriteNumber("fromSlot"u8, m.From);
        json.WriteNumber("through"u8, m.Through);
        json.WriteNumber("lastSlot"u8, m.LastSlot);
        json.WriteNumber("commitIndex"u8, m.CommitIndex);
        json.WriteNumber("truncatedThrough"u8, m.TruncatedThrough);
        WriteProposals(json, m.Proposals);
    }

    private static void WriteProposals(Utf8JsonWriter json, IReadOnlyList<Proposal> proposals)
    {
        json.WriteStartArray("proposals"u8);
        foreach (var proposal in proposals)
        {
            json.WriteStartObject();
            json.WriteNumber("slot"u8, proposal.Slot);
            WriteBallot(json, "ballot"u8, proposal.Ballot);
            json.WriteBoolean("learned"u8, proposal.Learned);
            WriteRaw(json, "command"u8, proposal.Command.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteHashes(Utf8JsonWriter json, HashReport? report)
    {
        if (report is null) return;
        json.WriteStartObject("hashes"u8);
        json.WriteNumber("slot"u8, report.Slot);
        json.WriteStartArray("nodes"u8);
        foreach (var (node, hash) in report.Hashes)
        {
            json.WriteStartObject();
            json.WriteString("node"u8, node.Name);
            WriteHash(json, "hash"u8, hash);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHash(Utf8JsonWriter json, ReadOnlySpan<byte> name, UInt128 hash) => json.WriteString(name, hash.ToString("x32", CultureInfo.InvariantCulture));
}
