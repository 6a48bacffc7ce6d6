using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AspirePaxos.Node.Telemetry;

namespace AspirePaxos.Node.Api;

/// <summary><c>/v1/rounds</c>: the last rounds that this replica led and kept; <c>/v1/rounds/stream</c>: as they end, as Server-Sent Events.</summary>
internal sealed class RoundsEndpoints(RecentRounds recent, NodeOptions options, IHostApplicationLifetime lifetime)
{
    public const int DefaultLimit = 100;

    private const int MaxStreams = 32;

    /// <summary>How often a stream looks for new rounds: of those that are one of many it shows one each time.</summary>
    private static readonly TimeSpan interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Notable rounds in one interval at most.</summary>
    private const int MaxNotable = 20;

    private const int LooksPerSecond = 20;

    private int streams;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/rounds", (RequestDelegate)ListAsync);
        app.MapGet("/v1/rounds/stream", (RequestDelegate)StreamAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var query = QueryParameters.Of(http.Request, "limit", "after", "slot", "key", "minMs", "trace");
        var limit = (int)query.Number("limit", DefaultLimit, 1, 2 * RecentRounds.Capacity);
        var after = query.Number("after", 0, 0, long.MaxValue);
        var slot = query.Number("slot", 0, 1, long.MaxValue);
        var key = query.KeyPart("key", options.MaxKeyBytes);
        var least = TimeSpan.FromMilliseconds(query.Number("minMs", 0, 0, int.MaxValue));
        var trace = query.Text("trace");
        if (query.Problem is { } problem)
        {
            await problem.WriteAsync(http);
            return;
        }

        await SharedThreads.Leave();
        var found = recent.All().Where(round =>
            round.Id > after && round.Duration >= least && (slot == 0 || (round.FirstSlot <= slot && slot <= round.LastSlot))
            && (key is null || round.Keys.Contains(key)) && (trace is null || string.Equals(round.TraceId, trace, StringComparison.OrdinalIgnoreCase)));
        var body = new RoundsBody(options.NodeId, recent.Seen, recent.Count, [.. found.TakeLast(limit).Select(round => RoundBody.Of(round, options.NodeId))]);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(http.Response.Body, body, ApiJson.Plain.RoundsBody, http.RequestAborted);
    }

    private async Task StreamAsync(HttpContext http)
    {
        if (QueryParameters.Of(http.Request).Problem is { } problem)
        {
            await problem.WriteAsync(http);
            return;
        }

        if (Interlocked.Increment(ref streams) > MaxStreams)
        {
            Interlocked.Decrement(ref streams);
            await Problem.TooManyStreams(MaxStreams).WriteAsync(http);
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await ShowAsync(http.Response, ends.Token);
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, or the node stops.
        }
        finally
        {
            Interlocked.Decrement(ref streams);
        }
    }

    private async Task ShowAsync(HttpResponse response, CancellationToken stop)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        await response.StartAsync(stop);
        await SharedThreads.Leave();
        await response.Body.FlushAsync(stop);
        using var timer = new PeriodicTimer(interval);
        var (last, seen, shown, looks) = (recent.LastAdded, recent.Seen, 0, 0);
        while (await timer.WaitForNextTickAsync(stop))
        {
            if (recent.LastAdded > last)
            {
                var (notable, sampled) = recent.AddedSince(ref last, MaxNotable);
                foreach (var round in notable) Write(response, "round", RoundBody.Of(round, options.NodeId), ApiJson.Plain.RoundBody);
                if (sampled.Count > 0) Write(response, "round", RoundBody.Of(sampled[^1], options.NodeId), ApiJson.Plain.RoundBody);
                shown += notable.Count + Math.Min(1, sampled.Count);
                await response.BodyWriter.FlushAsync(stop);
            }

            if (++looks % LooksPerSecond != 0) continue;
            var total = recent.Seen;
            Write(response, "rate", new RoundRateBody(total - seen, shown), ApiJson.Plain.RoundRateBody);
            (seen, shown) = (total, 0);
            await response.BodyWriter.FlushAsync(stop);
        }
    }

    private static void Write<T>(HttpResponse response, string name, T body, JsonTypeInfo<T> type)
    {
        response.BodyWriter.Write("event: "u8);
        response.BodyWriter.Write(System.Text.Encoding.ASCII.GetBytes(name));
        response.BodyWriter.Write("\ndata: "u8);
        response.BodyWriter.Write(JsonSerializer.SerializeToUtf8Bytes(body, type));
        response.BodyWriter.Write("\n\n"u8);
    }
}
