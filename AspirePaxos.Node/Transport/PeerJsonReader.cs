using System.Text;
using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

/// <summary>
/// Reads what <see cref="PeerJsonWriter"/> wrote. Commands are slices of the body, byte for byte. Whatever could do harm by its size
/// alone is refused here, before a replica sees it.
/// </summary>
internal static class PeerJsonReader
{
    /// <exception cref="MalformedMessageException">Not a request of this name.</exception>
    public static Envelope ReadRequest(string name, ReadOnlyMemory<byte> body)
    {
        var envelope = Read(body);
        return envelope.Message is Request && MessageNames.Of(envelope.Message) == name
            ? envelope
            : throw new MalformedMessageException($"The body is a '{MessageNames.Of(envelope.Message)}', not a '{name}'.");
    }

    /// <exception cref="MalformedMessageException">Not a reply.</exception>
    public static Envelope ReadReply(ReadOnlyMemory<byte> body)
    {
        var envelope = Read(body);
        return envelope.Message is Reply ? envelope : throw new MalformedMessageException("The body is a request, not a reply.");
    }

    private static Envelope Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var fields = default(MessageFields);
            var json = new Utf8JsonReader(body.Span);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw new MalformedMessageException("A message is a JSON object.");
            Span<char> name = stackalloc char[24];
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var length = json.ValueSpan.Length <= name.Length && Ascii.ToUtf16(json.ValueSpan, name, out var written) == System.Buffers.OperationStatus.Done ? written : 0;
                json.Read();
                ReadField(ref json, name[..length], body, ref fields);
            }

            if (json.Read()) throw new MalformedMessageException("Something follows the message.");
            return fields.Envelope(fields.Message());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: a token of another kind than expected, or text that is not UTF-8.
            throw new MalformedMessageException($"The body is not a message: {e.Message}", e);
        }
    }

    private static void ReadField(ref Utf8JsonReader json, scoped ReadOnlySpan<char> name, ReadOnlyMemory<byte> body, ref MessageFields fields)
    {
        switch (name)
        {
            case "to": fields.To = PeerJsonValues.Identity(ref json); break;
            case "from": fields.From = PeerJsonValues.Identity(ref json); break;
            case "type": fields.Type = PeerJsonValues.Text(ref json, 32); break;
            case "version": fields.Version = PeerJsonValues.Number(ref json, 0, int.MaxValue); break;
            case "clusterId": fields.ClusterId = PeerJsonValues.Text(ref json, 128); break;
            case "mode": fields.Mode = PeerJsonValues.Enum<Mode>(ref json); break;
            case "ballot": fields.Ballot = PeerJsonValues.Ballot(ref json); break;
            case "refusedBallot": fields.RefusedBallot = PeerJsonValues.Ballot(ref json); break;
            case "promised": fields.Promised = PeerJsonValues.Ballot(ref json); break;
            case "handover": fields.Handover = PeerJsonValues.Ballot(ref json); break;
            case "fromSlot": fields.FromSlot = PeerJsonValues.Count(ref json); break;
            case "pageFrom": fields.PageFrom = PeerJsonValues.Count(ref json); break;
            case "firstSlot": fields.FirstSlot = PeerJsonValues.Slot(ref json); break;
            case "through": fields.Through = PeerJsonValues.Count(ref json); break;
            case "lastSlot": fields.LastSlot = PeerJsonValues.Count(ref json); break;
            case "commitIndex": fields.CommitIndex = PeerJsonValues.Count(ref json); break;
            case "appliedIndex": fields.AppliedIndex = PeerJsonValues.Count(ref json); break;
            case "truncatedThrough": fields.TruncatedThrough = PeerJsonValues.Count(ref json); break;
            case "readSequence": fields.ReadSequence = PeerJsonValues.Count(ref json); break;
            case "sequence": fields.Sequence = PeerJsonValues.Count(ref json); break;
            case "count": fields.Count = PeerJsonValues.Number(ref json, 1, PeerJsonValues.MaxItems); break;
            case "limit": fields.Limit = PeerJsonValues.Number(ref json, 1, PeerJsonValues.MaxItems); break;
            case "lease": fields.Lease = PeerJsonValues.Number(ref json, 0, int.MaxValue); break;
            case "hops": fields.Hops = PeerJsonValues.Number(ref json, 0, 1); break;
            case "index": fields.Index = PeerJsonValues.Number(ref json, -1, PeerJsonValues.MaxNumber); break;
            case "slot": fields.Slot = PeerJsonValues.Count(ref json); break;
            case "offset": fields.Offset = PeerJsonValues.Count(ref json); break;
            case "above": fields.Above = PeerJsonValues.Count(ref json); break;
            case "length": fields.Length = PeerJsonValues.Count(ref json); break;
            case "checksum": fields.Checksum = PeerJsonValues.Hash(ref json); break;
            case "data": fields.Data = PeerJsonValues.Base64(ref json); break;
            case "hashes": fields.Hashes = PeerJsonLists.Hashes(ref json); break;
            case "yes": fields.Yes = json.GetBoolean(); break;
            case "formed": fields.Formed = json.GetBoolean(); break;
            case "reason": fields.Reason = PeerJsonValues.Enum<NackReason>(ref json); break;
            case "refusal": fields.Refusal = PeerJsonValues.Enum<RefusalReason>(ref json); break;
            case "detail": fields.Detail = PeerJsonValues.Text(ref json, 4_096); break;
            case "formedClusterId": fields.FormedClusterId = PeerJsonValues.Text(ref json, 128); break;
            case "leaderHint": fields.LeaderHint = PeerJsonValues.NodeOrNone(ref json).Name; break;
            case "commands": fields.Commands = PeerJsonLists.Commands(ref json, body); break;
            case "proposals": fields.Proposals = PeerJsonLists.Proposals(ref json, body); break;
            case "entries": fields.Entries = PeerJsonLists.Entries(ref json, body); break;
            case "requests": fields.Requests = PeerJsonLists.Requests(ref json, body); break;
            case "outcomes": fields.Outcomes = PeerJsonLists.Outcomes(ref json, body); break;
            case "table": fields.Table = PeerJsonLists.Table(ref json); break;
            case "replaced": fields.Replaced = PeerJsonLists.Table(ref json); break;
            case "retired": fields.Retired = PeerJsonLists.Table(ref json); break;
            case "boots": fields.Boots = PeerJsonLists.Boots(ref json); break;
            default: json.Skip(); break;
        }
    }
}
