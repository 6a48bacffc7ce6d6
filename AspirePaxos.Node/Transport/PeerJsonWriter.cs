using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

/// <summary>
/// Messages as JSON. By hand, since commands go in as the bytes they are: a serializer would parse and write each of them again.
/// </summary>
internal static partial class PeerJsonWriter
{
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    /// <summary>The whole body.</summary>
    public static byte[] Write(Envelope envelope)
    {
        var (addressee, shared) = (Addressee(envelope.To), Shared(envelope));
        var body = new byte[addressee.Length + shared.Length];
        addressee.CopyTo(body.AsMemory());
        shared.CopyTo(body.AsMemory(addressee.Length));
        return body;
    }

    /// <summary>What differs between the peers that get the same message: <c>{"to":{…},</c>; the shared rest follows.</summary>
    public static ReadOnlyMemory<byte> Addressee(Identity to)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            WriteIdentity(json, "to"u8, to);
        }

        buffer.Write(","u8);
        return buffer.WrittenMemory;
    }

    /// <summary>Everything else, through the closing brace.</summary>
    public static ReadOnlyMemory<byte> Shared(Envelope envelope)
    {
        var buffer = new ArrayBufferWriter<byte>(SizeHint(envelope.Message));
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, MessageNames.Of(envelope.Message));
            json.WriteNumber("version"u8, envelope.Version);
            json.WriteString("clusterId"u8, envelope.ClusterId);
            json.WriteString("mode"u8, envelope.Mode == Mode.Simple ? "Simple"u8 : "Multi"u8);
            WriteIdentity(json, "from"u8, envelope.From);
            if (envelope.Message is Request request) WriteRequest(json, request);
            else WriteReply(json, (Reply)envelope.Message);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory[1..];
    }

    private static void WriteRequest(Utf8JsonWriter json, Request request)
    {
        switch (request)
        {
            case Prepare m:
                WriteBallot(json, "ballot"u8, m.Ballot);
                json.WriteNumber("fromSlot"u8, m.FromSlot);
                json.WriteNumber("pageFrom"u8, m.PageFrom);
                if (!m.Handover.IsNone) WriteBallot(json, "handover"u8, m.Handover);
                break;
            case Accept m:
                WriteBallot(json, "ballot"u8, m.Ballot);
                json.WriteNumber("firstSlot"u8, m.FirstSlot);
                json.WriteNumber("commitIndex"u8, m.CommitIndex);
                json.WriteStartArray("commands"u8);
                foreach (var command in m.Commands) WriteRaw(json, command.Bytes);
                json.WriteEndArray();
                break;
            case Learn m:
                WriteEntries(json, m.Entries);
                break;
            case LearnQuery m:
                json.WriteNumber("fromSlot"u8, m.From);
                json.WriteNumber("limit"u8, m.Limit);
                break;
            case Heartbeat m:
                WriteBallot(json, "ballot"u8, m.Ballot);
                json.WriteNumber("commitIndex"u8, m.CommitIndex);
                json.WriteNumber("readSequence"u8, m.ReadSequence);
                if (m.Lease > 0) json.WriteNumber("lease"u8, m.Lease);
                WriteHashes(json, m.Hashes);
                break;
            case Question m:
                json.WriteNumber("sequence"u8, m.Sequence);
                json.WriteNumber("commitIndex"u8, m.CommitIndex);
                WriteBallot(json, "handover"u8, m.Handover);
                break;
            case Handover m:
                WriteBallot(json, "ballot"u8, m.Ballot);
                json.WriteNumber("commitIndex"u8, m.CommitIndex);
                break;
            case Forward m:
                json.WriteNumber("hops"u8, m.Hops);
                json.WriteStartArray("requests"u8);
                foreach (var (requestId, command) in m.Commands)
                {
                    json.WriteStartObject();
                    json.WriteNumber("requestId"u8, requestId);
                    WriteRaw(json, "command"u8, command);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                break;
            case ReadIndexQuery m:
                json.WriteNumber("sequence"u8, m.Sequence);
                break;
            case FormationQuery m:
                WriteTable(json, "table"u8, m.Table);
                break;
            case SnapshotQuery m:
                json.WriteNumber("slot"u8, m.Slot);
                json.WriteNumber("offset"u8, m.Offset);
                json.WriteNumber("above"u8, m.Above);
                break;
            case RecoverQuery m:
                json.WriteNumber("fromSlot"u8, m.FromSlot);
                json.WriteNumber("pageFrom"u8, m.PageFrom);
                WriteTable(json, "replaced"u8, m.Replaced);
                break;
            default:
                throw new UnreachableException(request.GetType().Name);
        }
    }

    private static void WriteReply(Utf8JsonWriter json, Reply reply)
    {
        switch (reply)
        {
            case Promise m:
                WritePromise(json, m);
                break;
            case Accepted m:
                WriteBallot(json, "ballot"u8, m.Ballot);
                json.WriteNumber("firstSlot"u8, m.FirstSlot);
                json.WriteNumber("count"u8, m.Count);
                break;
            case AlreadyChosen m:
                WriteBallot(json, "ballot"u8, m.Ballot);
                json.WriteNumber("commitIndex"u8, m.CommitIndex);
                json.WriteNumber("truncatedThrough"u8, m.TruncatedThrough);
                break;
            case Nack m:
                WriteBallot(json, "refusedBallot"u8, m.RefusedBallot);
                WriteBallot(json, "promised"u8, m.Promised);
                json.WriteString("reason"u8, m.Reason.ToString());
                break;
            case LearnReply m:
                json.WriteNumber("commitIndex"u8, m.CommitIndex);
                json.WriteNumber("truncatedThrough"u8, m.TruncatedThrough);
                WriteEntries(json, m.Entries);
                break;
            case Noted:
                break;
            case HeartbeatReply m:
                WriteBallot(json, "ballot"u8, m.Ballot);
                json.WriteNumber("readSequence"u8, m.ReadSequence);
                WriteBallot(json, "promised"u8, m.Promised);
                json.WriteNumber("commitIndex"u8, m.CommitIndex);
                json.WriteNumber("appliedIndex"u8, m.AppliedIndex);
                if (m.Lease > 0) json.WriteNumber("lease"u8, m.Lease);
                WriteHashes(json, m.Hashes);
                break;
            case Answer m:
                json.WriteNumber("sequence"u8, m.Sequence);
                json.WriteBoolean("yes"u8, m.Yes);
                WriteBallot(json, "promised"u8, m.Promised);
                json.WriteNumber("commitIndex"u8, m.CommitIndex);
                break;
            case Forwarded m:
                WriteForwarded(json, m);
                break;
            case ReadIndexReply m:
                json.WriteNumber("sequence"u8, m.Sequence);
                json.WriteNumber("index"u8, m.Index);
                WriteBallot(json, "ballot"u8, m.Ballot);
                json.WriteNumber("commitIndex"u8, m.CommitIndex);
                break;
            case FormationReply m:
                json.WriteBoolean("formed"u8, m.Formed);
                json.WriteString("formedClusterId"u8, m.ClusterId);
                WriteTable(json, "table"u8, m.Table);
                WriteTable(json, "retired"u8, m.Retired);
                WriteNumbers(json, "boots"u8, "boot"u8, m.Boots.Select(seen => (seen.Node, seen.BootCounter)));
                break;
            case SnapshotChunk m:
                WriteChunk(json, m);
                break;
            case RecoverReply m:
                WriteRecoverReply(json, m);
                break;
            case Refused m:
                json.WriteString("refusal"u8, m.Reason.ToString());
                json.WriteString("detail"u8, m.Detail);
                break;
            default:
                throw new UnreachableException(reply.GetType().Name);
        }
    }

    private static void WritePromise(Utf8JsonWriter json, Promise m)
    {
        WriteBallot(json, "ballot"u8, m.Ballot);
        json.WriteNumber("fromSlot"u8, m.From);
        json.WriteNumber("through"u8, m.Through);
        json.WriteNumber("lastSlot"u8, m.LastSlot);
        json.WriteNumber("commitIndex"u8, m.CommitIndex);
        json.WriteNumber("truncatedThrough"u8, m.TruncatedThrough);
        WriteProposals(json, m.Proposals);
    }

    private static void WriteForwarded(Utf8JsonWriter json, Forwarded m)
    {
        json.WriteString("leaderHint"u8, m.LeaderHint.Name);
        WriteBallot(json, "ballot"u8, m.Ballot);
        json.WriteNumber("commitIndex"u8, m.CommitIndex);
        json.WriteStartArray("outcomes"u8);
        foreach (var (requestId, outcome) in m.Outcomes)
        {
            json.WriteStartObject();
            json.WriteNumber("requestId"u8, requestId);
            json.WriteString("kind"u8, outcome.Kind.ToString());
            json.WriteNumber("slot"u8, outcome.Slot);
            if (outcome.Result.Length > 0) WriteRaw(json, "result"u8, outcome.Result);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteEntries(Utf8JsonWriter json, IReadOnlyList<LearnedCommand> entries)
    {
        json.WriteStartArray("entries"u8);
        foreach (var (slot, ballot, command) in entries)
        {
            json.WriteStartObject();
            json.WriteNumber("slot"u8, slot);
            WriteBallot(json, "ballot"u8, ballot);
            WriteRaw(json, "command"u8, command.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTable(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<Member> table) =>
        WriteNumbers(json, name, "incarnation"u8, table.Select(member => (member.Node, member.Incarnation)));

    private static int SizeHint(Message message)
    {
        var size = 512;
        if (message is SnapshotChunk chunk) size += chunk.Data.Length / 3 * 4;
        if (message is Accept accept)
        {
            foreach (var command in accept.Commands) size += command.Bytes.Length + 1;
        }

        return size;
    }
}
