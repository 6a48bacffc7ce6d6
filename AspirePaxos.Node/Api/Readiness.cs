using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Api;

/// <summary>
/// Live: the process answers. Ready: a quorum was confirmed recently, no write to disk is stuck (one that failed stops the process), this
/// replica is caught up, may take part and was not asked to end. Asked at most once a second; no probe writes anything.
/// </summary>
internal sealed class Readiness(ReplicaLoop loop, ClientRequests requests, TimeProvider time)
{
    private static readonly TimeSpan cachedFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan stuckAfter = TimeSpan.FromSeconds(3);

    /// <summary>Slots behind which a replica still counts as caught up: under load a healthy one always lacks some.</summary>
    private const long MaxLag = 1_000;

    private Answer? cached;

    public void Map(IEndpointRouteBuilder app)
    {
        foreach (var path in (string[])["/health/live", "/alive"])
        {
            app.MapMethods(path, ["GET", "HEAD"], (RequestDelegate)(http =>
                StatusEndpoints.AnswerAsync(http, new HealthBody("alive", []), ApiJson.Plain.HealthBody)));
        }

        foreach (var path in (string[])["/health/ready", "/health"])
        {
            app.MapMethods(path, ["GET", "HEAD"], (RequestDelegate)AnswerAsync);
        }
    }

    internal static List<string> Unreadiness(ReplicaStatus now)
    {
        var reasons = new List<string>();
        if (now.Rejection is { } rejection) reasons.Add(rejection);
        if (now.Role == Role.Forming) reasons.Add($"This node's data directory is in no formed cluster yet: {now.WaitsFor ?? "every configured replica has to be heard once"}.");
        else if (now.Role == Role.Recovering) reasons.Add($"This node lost its data directory and gathers what it may have promised; every other replica has to be up. It waits: {now.WaitsFor ?? "to begin"}.");
        else if (!now.HasRecentQuorum) reasons.Add("No quorum was confirmed recently.");
        if (now.PendingWrite > stuckAfter) reasons.Add($"A write to disk has been under way for {now.PendingWrite.TotalSeconds:0} s.");
        if (now.FetchesSnapshot) reasons.Add("This replica is fetching a snapshot of the state.");
        var lag = now.Lag;
        if (lag > MaxLag) reasons.Add($"This replica is {lag} slots behind.");
        return reasons;
    }

    private Task AnswerAsync(HttpContext http)
    {
        var answer = Volatile.Read(ref cached);
        if (answer is null || requests.IsClosed || time.GetElapsedTime(answer.At) >= cachedFor)
        {
            answer = new Answer(time.GetTimestamp(), requests.IsClosed ? [Problem.Ending.Title + "."] : Unreadiness(loop.Status));
            Volatile.Write(ref cached, answer);
        }

        var ready = answer.Reasons.Count == 0;
        if (!ready) http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return StatusEndpoints.AnswerAsync(http, new HealthBody(ready ? "ready" : "not ready", answer.Reasons), ApiJson.Plain.HealthBody);
    }

    private sealed record Answer(long At, IReadOnlyList<string> Reasons);
}
