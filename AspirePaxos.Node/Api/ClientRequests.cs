using System.Diagnostics;
using System.Globalization;
using AspirePaxos.KeyValue;
using AspirePaxos.Node.Telemetry;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Api;

/// <summary>What every endpoint for clients has in common: the limit of requests in flight, and how writes end as answers.</summary>
internal sealed class ClientRequests(ReplicaLoop loop, NodeOptions options, NodeMeter meter)
{
    private int inFlight;

    public NodeOptions Options => options;

    public ReplicaLoop Loop => loop;

    public NodeMeter Meter => meter;

    /// <summary>Runs the handler unless too many requests are under way.</summary>
    public RequestDelegate Limited(RequestDelegate handler) => async http =>
    {
        if (Interlocked.Increment(ref inFlight) > options.MaxRequestsInFlight)
        {
            Interlocked.Decrement(ref inFlight);
            await RefuseAsync(Problem.Overloaded(options.MaxRequestsInFlight), http);
            return;
        }

        try
        {
            await (Unfit(loop.Status) is { } unfit ? RefuseAsync(unfit, http) : handler(http));
        }
        finally
        {
            Interlocked.Decrement(ref inFlight);
        }
    };

    private Task RefuseAsync(Problem problem, HttpContext http)
    {
        meter.RefusedRequest(problem.Name);
        return problem.WriteAsync(http);
    }

    /// <summary>Why this replica answers nobody: what it knows may be wrong, or older than what it said before.</summary>
    private static Problem? Unfit(ReplicaStatus now) =>
        now.Stopped ? Problem.Stopped(now.Rejection!) : now.Role == Role.Recovering ? Problem.Recovering : null;

    /// <returns>The result where the command was applied and changed what it should, else why not.</returns>
    public async ValueTask<(StoreResult Result, Problem? Problem)> WriteAsync(StoreCommand command)
    {
        var outcome = await loop.WriteAsync(command.Encode(), Activity.Current?.Context ?? default);
        return outcome.Kind switch
        {
            OutcomeKind.Done => OfResult(StoreResult.Decode(outcome.Result.Span)),
            OutcomeKind.NotProposed => (default, Problem.NotProposed),
            OutcomeKind.Unknown => (default, Problem.OutcomeUnknown),
            OutcomeKind.Overloaded => (default, Problem.WritesWaiting),
            _ => throw new UnreachableException(),
        };
    }

    public ValueTask<ReadAnswer<T>> ReadAsync<T>(Consistency consistency, Func<KeyValueStore, T> query) => loop.ReadAsync(consistency, query);

    /// <summary>Which replica answered, at which slot and revision.</summary>
    public void Describe(HttpResponse response, long slot, long revision)
    {
        response.Headers["Paxos-Node"] = options.NodeId;
        response.Headers["Paxos-Slot"] = slot.ToString(CultureInfo.InvariantCulture);
        response.Headers["Paxos-Revision"] = revision.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary><c>{"slot":…,"revision":…}</c></summary>
    public Task AnswerAsync(HttpContext http, StoreResult result)
    {
        Describe(http.Response, result.Slot, result.Revision);
        var body = $$"""{"slot":{{result.Slot}},"revision":{{result.Revision}}}""";
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = body.Length;
        return http.Response.WriteAsync(body);
    }

    private (StoreResult Result, Problem? Problem) OfResult(StoreResult result) => (result, result.Status switch
    {
        ResultStatus.Ok => null,
        ResultStatus.NotFound => Problem.NoSuchKey,
        ResultStatus.ConditionFailed => Problem.ConditionFailed(result.Revision),
        ResultStatus.KeyReused => Problem.KeyReused,
        ResultStatus.TooManyKeys => Problem.TooManyIdempotencyKeys(options.MaxIdempotencyKeys),
        _ => throw new UnreachableException(),
    });
}
