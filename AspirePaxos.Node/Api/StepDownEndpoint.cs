using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Api;

/// <summary><c>POST /step-down</c>: the leader hands over, and goes on as a follower. Only where the crash endpoint is enabled.</summary>
internal static class StepDownEndpoint
{
    /// <summary>The replica gives up its departure by itself, and leads on, where nobody can take over.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static readonly Problem NotLeader = new(
        StatusCodes.Status409Conflict, "not-leader", "This replica does not lead", "GET /v1/cluster says who does.");

    private static readonly Problem NobodyTookOver = new(
        StatusCodes.Status503ServiceUnavailable, "not-handed-over", "Nobody took over", "This replica leads on. Is a majority of the others up to date?", RetryAfter: 1);

    public static void Map(IEndpointRouteBuilder app, ReplicaLoop loop, NodeOptions options)
    {
        if (!options.EnableCrashEndpoint) return;
        app.MapPost("/step-down", (RequestDelegate)(async http =>
        {
            if (loop.Status.Role != Role.Leader)
            {
                await NotLeader.WriteAsync(http);
                return;
            }

            await loop.HandOverAsync(Limit);
            if (loop.Status.Role == Role.Leader) await NobodyTookOver.WriteAsync(http);
            else await StatusEndpoints.AnswerAsync(http, StatusEndpoints.Cluster(loop.Status), ApiJson.Plain.ClusterBody);
        }));
    }
}
