using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AspirePaxos.Node.Storage;
using AspirePaxos.Node.Telemetry;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Api;

/// <summary><c>/v1/status</c>: this replica; <c>/v1/cluster</c>: all of them, as this one sees them. Neither waits for the loop.</summary>
internal sealed class StatusEndpoints(ReplicaLoop loop, NodeMeter meter, NodeOptions options)
{
    /// <summary>How long what a peer said about itself is repeated as true.</summary>
    private static readonly TimeSpan recently = TimeSpan.FromSeconds(2);

    private static readonly string version = typeof(StatusEndpoints).Assembly.GetName().Version?.ToString(3) ?? "0";

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/status", StatusAsync);
        app.MapGet("/v1/cluster", (RequestDelegate)(http => AnswerAsync(http, Cluster(loop.Status), ApiJson.Plain.ClusterBody)));
    }

    private async Task StatusAsync(HttpContext http)
    {
        // It asks the file system for sizes.
        await SharedThreads.Leave();
        await AnswerAsync(http, Status(loop.Status, Sizes(loop.Status), meter.Work), ApiJson.Plain.StatusBody);
    }

    internal static Task AnswerAsync<T>(HttpContext http, T body, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, type);
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.Body.WriteAsync(bytes).AsTask();
    }

    internal static StatusBody Status(ReplicaStatus now, SizesBody sizes, WorkDone work) => new(
        now.Self.Node.Name, now.ClusterId, Name(now.Mode), Name(now.Role), Leader(now), BallotBody.Of(now.Ballot), BallotBody.Of(now.Promised),
        now.CommitIndex, now.AppliedIndex, now.LastSlot, now.Lag, now.Revision, now.Keys, now.HasRecentQuorum,
        now.Rejection, now.RequestsInFlight, Milliseconds(now.PendingWrite), Milliseconds(now.LastPersisted), now.Self.BootCounter, version, sizes,
        now.Hash.ToString("x32", System.Globalization.CultureInfo.InvariantCulture), now.TruncatedThrough, now.LogBytes, now.FetchesSnapshot, work);

    internal static ClusterBody Cluster(ReplicaStatus now)
    {
        var self = new ReplicaBody(now.Self.Node.Name, true, Name(now.Role), 0, now.CommitIndex, now.AppliedIndex, now.KnownCommitIndex - now.CommitIndex);
        var told = now.Role == Role.Leader || now.Mode == Mode.Simple;
        var peers = now.Peers.Select(peer => Peer(peer, now, told));
        return new(
            now.Self.Node.Name, now.ClusterId, Name(now.Mode), Leader(now), BallotBody.Of(now.Ballot),
            [.. peers.Append(self).OrderBy(replica => replica.Node, StringComparer.Ordinal)]);
    }

    /// <param name="told">Whether peers keep telling this replica how far they are: then what was heard last stands until they speak again.</param>
    private static ReplicaBody Peer(PeerPicture peer, ReplicaStatus now, bool told)
    {
        var fresh = peer.SinceHeard <= recently;
        return new(
            peer.Node.Name, false, RoleOf(peer, now), peer.SinceHeard is { } since ? Milliseconds(since) : null,
            fresh || (told && peer.SinceHeard is not null) ? peer.CommitIndex : null,
            told && peer.SinceHeard is not null ? peer.AppliedIndex : null,
            fresh ? Math.Max(0, now.KnownCommitIndex - peer.CommitIndex) : null);
    }

    private SizesBody Sizes(ReplicaStatus now)
    {
        var (database, wal) = DatabaseFiles.Sizes(options.DataDirectory);
        return new(database, wal, now.Keys, now.LastSlot - now.TruncatedThrough);
    }

    private static string RoleOf(PeerPicture peer, ReplicaStatus now) =>
        peer.SinceHeard is null ? "unknown" : peer.Node == now.Leader ? "leader" : "follower";

    private static string? Leader(ReplicaStatus now) => now.Leader == NodeId.None ? null : now.Leader.Name;

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);

    private static string Name(Mode mode) => mode == Mode.Multi ? "multi" : "simple";

    private static string Name(Role role) => role switch
    {
        Role.Forming => "forming",
        Role.Recovering => "recovering",
        Role.Follower => "follower",
        Role.Candidate => "candidate",
        Role.Leader => "leader",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
