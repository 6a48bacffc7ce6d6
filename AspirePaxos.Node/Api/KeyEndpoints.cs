using AspirePaxos.KeyValue;

namespace AspirePaxos.Node.Api;

/// <summary><c>/v1/kv/{key}</c>: one key, its value as bytes.</summary>
internal sealed class KeyEndpoints(ClientRequests requests)
{
    public const int MaxIdempotencyKey = 256;
    public const string Prefix = "/v1/kv/";
    public const string Pattern = Prefix + "{**key}";

    private NodeOptions Options => requests.Options;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapMethods(Pattern, ["GET", "HEAD"], GetAsync).WithMetadata(LimitedRequest.Metadata);
        app.MapPut(Pattern, PutAsync).WithMetadata(LimitedRequest.Metadata, BodyLimit.Body);
        app.MapDelete(Pattern, DeleteAsync).WithMetadata(LimitedRequest.Metadata);
    }

    private async Task GetAsync(HttpContext http)
    {
        var key = RequestTarget.Key(http, 2, Options.MaxKeyBytes, out var problem);
        var query = QueryParameters.Of(http.Request, "consistency");
        var consistency = query.Consistency(Options.LeasedReads);
        problem ??= query.Problem;
        if (key is null || problem is not null)
        {
            await problem!.WriteAsync(http);
            return;
        }

        var answer = await requests.ReadAsync(consistency, store => store.Get(key));
        if (answer is not { Ok: true, Value: { } entry })
        {
            await (answer.Ok ? Problem.NoSuchKey : Problem.ReadNotConfirmed).WriteAsync(http);
            return;
        }

        await AnswerAsync(http, entry, answer.AppliedIndex);
    }

    private Task AnswerAsync(HttpContext http, Entry entry, long slot)
    {
        var noneMatch = http.Request.Headers.IfNoneMatch;
        var has = noneMatch.Count == 0 ? false : ETags.Has(noneMatch, entry.Revision);
        if (has is null) return Problem.Invalid("If-None-Match is malformed: it takes * or entity tags in quotes, separated by commas.").WriteAsync(http);

        var response = http.Response;
        requests.Describe(response, slot, entry.Revision);
        response.Headers.ETag = ETags.Of(entry.Revision);
        if (has.Value)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        // The type of a value is not kept: nothing may be guessed about it, and no browser may run it.
        response.ContentType = "application/octet-stream";
        response.Headers.XContentTypeOptions = "nosniff";
        response.ContentLength = entry.Value.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(entry.Value).AsTask();
    }

    private async Task PutAsync(HttpContext http)
    {
        var (key, condition, idempotencyKey, problem) = ReadHead(http, mayBeAbsent: true);
        byte[] value = [];
        if (problem is null) (value, problem) = await RequestBody.ReadAsync(http.Request, Options.MaxValueBytes, Problem.ValueTooLarge(Options.MaxValueBytes));
        StoreResult result = default;
        if (problem is null) (result, problem) = requests.Judge(await requests.WriteAsync(new Put(key, value, condition, idempotencyKey)));
        if (problem is not null)
        {
            await problem.WriteAsync(http);
            return;
        }

        http.Response.Headers.ETag = ETags.Of(result.Revision);
        await requests.AnswerAsync(http, result);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var (key, condition, idempotencyKey, problem) = ReadHead(http, mayBeAbsent: false);
        StoreResult result = default;
        if (problem is null) (result, problem) = requests.Judge(await requests.WriteAsync(new Delete(key, condition, idempotencyKey)));
        if (problem is not null)
        {
            await problem.WriteAsync(http);
            return;
        }

        requests.Describe(http.Response, result.Slot, result.Revision);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Everything about a write that stands before its body.</summary>
    private (string Key, Condition Condition, string? IdempotencyKey, Problem? Problem) ReadHead(HttpContext http, bool mayBeAbsent)
    {
        var key = RequestTarget.Key(http, 2, Options.MaxKeyBytes, out var problem);
        problem ??= QueryParameters.Of(http.Request).Problem;
        if (problem is not null) return ("", default, null, problem);
        var condition = ETags.ConditionOf(http.Request.Headers, mayBeAbsent, out problem);
        return (key!, condition, IdempotencyKey(http.Request, ref problem), problem);
    }

    private static string? IdempotencyKey(HttpRequest request, ref Problem? problem)
    {
        if (!request.Headers.TryGetValue("Idempotency-Key", out var values)) return null;
        if (values is [{ Length: > 0 and <= MaxIdempotencyKey } key] && !key.AsSpan().ContainsAnyExceptInRange(' ', '~')) return key;
        problem ??= Problem.Invalid($"Idempotency-Key is one header with 1 to {MaxIdempotencyKey} printable ASCII characters.");
        return null;
    }
}
