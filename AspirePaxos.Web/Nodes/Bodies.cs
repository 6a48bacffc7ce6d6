using System.Text.Json;
using System.Text.Json.Serialization;

namespace AspirePaxos.Web.Nodes;

// What nodes answer, as far as the console shows it (docs of the fields: AspirePaxos.Node/Api). Public is what a component takes as a parameter.

/// <summary>Ordered by number, then by node; null fields never come.</summary>
public sealed record Ballot(long Number, string Node)
{
    public override string ToString() => $"{Number}.{Node}";
}

public sealed record NodeStatus(
    string Node, string ClusterId, string Mode, string Role, string? Leader, Ballot? Ballot, Ballot? Promised,
    long CommitIndex, long AppliedIndex, long LastSlot, long Lag, long Revision, long Keys, bool RecentQuorum, string? Rejection,
    int RequestsInFlight, double PendingWriteMs, double SinceLastWriteMs, long BootCounter, string Version, Sizes Sizes,
    string Hash, long TruncatedThrough, long LogBytes, bool FetchesSnapshot, Work Work);

public sealed record Sizes(long? DatabaseBytes, long? WalBytes, long Keys, long LogSlots);

/// <summary>Since the node started.</summary>
public sealed record Work(long Syncs, long Rounds, long Commands);

public sealed record KeyPage(long Revision, IReadOnlyList<KeyEntry> Entries, bool More, string? After);

/// <param name="Value">Its beginning; null where the bytes are no UTF-8: then they are in <paramref name="ValueBase64"/>.</param>
/// <param name="Size">Bytes of the whole value.</param>
public sealed record KeyEntry(string Key, string? Value, string? ValueBase64, int Size, long Revision, long CreatedRevision)
{
    [JsonIgnore]
    public byte[] Bytes => Value is not null ? System.Text.Encoding.UTF8.GetBytes(Value) : Convert.FromBase64String(ValueBase64 ?? "");
}

/// <param name="Next">The first slot after this page; null at the end.</param>
public sealed record LogPage(long CommitIndex, long LastSlot, long TruncatedThrough, IReadOnlyList<LogSlot> Slots, long? Next);

/// <param name="Hash">SHA-256 of the commands in hexadecimal digits, before values were shortened: equal commands have equal hashes. The ballot is not part of it.</param>
public sealed record LogSlot(long Slot, Ballot Ballot, bool Chosen, string Hash, JsonElement Commands);

public sealed record RoundPage(string Node, long Seen, long Kept, IReadOnlyList<Round> Rounds);

/// <summary>A round of the protocol as its proposer saw it; times are milliseconds after its start.</summary>
/// <param name="Kind">accept or prepare.</param>
/// <param name="DurationMs">Until its outcome, until now where it is open; answers that it did not need come later.</param>
/// <param name="Outcome">chosen, promised, stepped-down or open.</param>
/// <param name="Reason">Why it was given up.</param>
public sealed record Round(
    long Id, string Node, string? TraceId, string Kind, Ballot Ballot, long Slot, long Through, int Commands, long Bytes,
    IReadOnlyList<string> Keys, DateTimeOffset StartedAt, double DurationMs, string Outcome, string? Reason, IReadOnlyList<RoundStep> Steps)
{
    [JsonIgnore]
    public bool IsPrepare => Kind == "prepare";

    [JsonIgnore]
    public bool IsOpen => Outcome == "open";

    /// <summary>Also where one of the two was still open. A node that was started again counts its rounds anew, but never with a ballot that it had.</summary>
    public bool IsSameAs(Round other) => Id == other.Id && Node == other.Node && Ballot == other.Ballot;
}

/// <param name="What">persist, accept, prepare or apply.</param>
/// <param name="EndMs">Null where it has not ended; for a message: where no answer has come.</param>
/// <param name="Result">ok, accepted, promised, nack, chosen (the peer knew so), refused, lost, or null: not known yet.</param>
public sealed record RoundStep(string What, string Node, double StartMs, double? EndMs, string? Result);

public sealed record RoundRate(double Seen, double Shown);

/// <summary>The faults that a node suffers on request.</summary>
public sealed record NodeFaults(double? PausedMs = null, double? DiskDelayMs = null, IReadOnlyList<string>? CutOff = null)
{
    public static NodeFaults None { get; } = new(0, 0, []);

    [JsonIgnore]
    public bool Any => PausedMs > 0 || DiskDelayMs > 0 || CutOff is { Count: > 0 };
}

public sealed record ProblemBody(string? Type, string? Title, string? Detail, long? Limit, long? Revision);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeStatus))]
[JsonSerializable(typeof(KeyPage))]
[JsonSerializable(typeof(LogPage))]
[JsonSerializable(typeof(RoundPage))]
[JsonSerializable(typeof(Round))]
[JsonSerializable(typeof(RoundRate))]
[JsonSerializable(typeof(NodeFaults))]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class NodeJson : JsonSerializerContext;
