using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AspirePaxos.Node.Telemetry;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Api;

/// <summary>The bodies of answers, serialized without reflection. Nothing here ends up in HTML, so texts stay as they are.</summary>
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(StatusBody))]
[JsonSerializable(typeof(ClusterBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(RoundsBody))]
[JsonSerializable(typeof(FaultsBody))]
[JsonSerializable(typeof(RoundRateBody))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    public static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly ApiJson Plain = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

internal sealed record ProblemBody(
    string Type,
    string Title,
    int Status,
    string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Limit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Revision);

internal sealed record BallotBody(long Number, string Node)
{
    public static BallotBody? Of(Ballot ballot) => ballot.IsNone ? null : new(ballot.Number, ballot.Node.Name);
}

/// <param name="Leader">Null where this node knows none.</param>
/// <param name="Rejection">Why this replica may not take part; null where it may.</param>
/// <param name="Hash">Of everything applied through AppliedIndex; equal on every replica at the same slot.</param>
/// <param name="Lag">Slots that this replica knows of and has not applied.</param>
internal sealed record StatusBody(
    string Node, string ClusterId, string Mode, string Role, string? Leader, BallotBody? Ballot, BallotBody? Promised,
    long CommitIndex, long AppliedIndex, long LastSlot, long Lag, long Revision, int Keys, bool RecentQuorum, string? Rejection,
    int RequestsInFlight, double PendingWriteMs, double SinceLastWriteMs, long BootCounter, string Version, SizesBody Sizes,
    string Hash, long TruncatedThrough, long LogBytes, bool FetchesSnapshot, WorkDone Work);

/// <param name="DatabaseBytes">Of the database file; null where it cannot be seen.</param>
/// <param name="WalBytes">Of the database's write-ahead log, which is folded into it now and then.</param>
/// <param name="LogSlots">In the log, without those that were dropped behind the state.</param>
internal sealed record SizesBody(long? DatabaseBytes, long? WalBytes, int Keys, long LogSlots);

internal sealed record ClusterBody(string Node, string ClusterId, string Mode, string? Leader, BallotBody? Ballot, IReadOnlyList<ReplicaBody> Replicas);

/// <param name="Role">As this node sees it.</param>
/// <param name="LastHeardMs">0 for this node itself; null where nothing came since the start. Followers hardly speak to one another.</param>
/// <param name="CommitIndex">As last heard; null where it never was, and where a follower is not told how far another one is.</param>
/// <param name="AppliedIndex">Null where it is not told to this node: replicas tell it to whoever sends them heartbeats.</param>
/// <param name="Lag">Slots that it has yet to learn; null where it was not heard recently, so that nobody here can tell.</param>
internal sealed record ReplicaBody(string Node, bool Self, string Role, double? LastHeardMs, long? CommitIndex, long? AppliedIndex, long? Lag);

/// <param name="Reasons">Why it is not; empty where it is.</param>
internal sealed record HealthBody(string Status, IReadOnlyList<string> Reasons);
