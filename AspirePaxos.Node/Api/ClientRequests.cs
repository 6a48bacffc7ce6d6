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
    private volatile bool closed;

    public NodeOptions Options => options;

    public ReplicaLoop Loop => loop;

    public NodeMeter Meter => meter;

    /// <summary>The node ends: it takes no more.</summary>
    public bool IsClosed => closed;

    /// <summary>Counts a request until <see cref="Leave"/>.</summary>
    /// <returns>Why it is not served, and then it is not counted; null where it is.</returns>
    public Problem? Enter(HttpContext http)
    {
        var refusal = Interlocked.Increment(ref inFlight) > options.MaxRequestsInFlight ? Problem.Overloaded(options.MaxRequestsInFlight) : Unfit();
        if (refusal is null) return null;
        Leave();

        // Else a client would come back over the same connection, perhaps in the moment in which it is closed.
        if (closed) http.Response.Headers.Connection = "close";
        meter.RefusedRequest(refusal.Name);
        return refusal;
    }

    public void Leave() => Interlocked.Decrement(ref inFlight);

    public void Close() => closed = true;

    /// <summary>Waits until what was taken is answered; at most for <paramref name="limit"/>, and only while there is a quorum that could.</summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        var since = Environment.TickCount64;
        while (Volatile.Read(ref inFlight) > 0 && loop.ReachesQuorum && Environment.TickCount64 - since < limit.TotalMilliseconds) await Task.Delay(options.TickInterval);
    }

    /// <summary>Why this replica answers nobody: what it knows may be wrong, or older than what it said before; or it ends.</summary>
    private Problem? Unfit()
    {
        if (closed) return Problem.Ending;
        var now = loop.Status;
        return now.Stopped ? Problem.Stopped(now.Rejection!) : now.Role == Role.Recovering ? Problem.Recovering : null;
    }

    public ValueTask<Outcome> WriteAsync(StoreCommand command) => loop.WriteAsync(command.Encode(), Activity.Current?.Context ?? default);

    /// <returns>The result where the command was applied and changed what it should, else why not.</returns>
    public (StoreResult Result, Problem? Problem) Judge(Outcome outcome) => outcome.Kind switch
    {
        OutcomeKind.Done => OfResult(StoreResult.Decode(outcome.Result.Span)),
        OutcomeKind.NotProposed => (default, Problem.NotProposed),
        OutcomeKind.Unknown => (default, Problem.OutcomeUnknown),
        OutcomeKind.Overloaded => (default, Problem.WritesWaiting),
        _ => throw new UnreachableException(),
    };

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
