using System.Text;
using AspirePaxos.KeyValue;
using Microsoft.AspNetCore.Http.Features;

namespace AspirePaxos.Node.Api;

/// <summary>The paths of GoPaxos: <c>/store/set</c>, <c>/store/get</c>, <c>/store/nop</c>.</summary>
internal sealed class StoreEndpoints(ClientRequests requests)
{
    private NodeOptions Options => requests.Options;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/store/set", SetFromBodyAsync).WithMetadata(LimitedRequest.Metadata, BodyLimit.Body);
        app.MapMethods("/store/set/{**rest}", ["GET", "POST"], SetFromPathAsync).WithMetadata(LimitedRequest.Metadata);
        app.MapMethods("/store/get/{**key}", ["GET", "HEAD"], GetAsync).WithMetadata(LimitedRequest.Metadata);
        app.MapGet("/store/nop", NoOpAsync).WithMetadata(LimitedRequest.Metadata);
    }

    private async Task SetFromBodyAsync(HttpContext http)
    {
        var (set, problem) = await ReadBodyAsync(http.Request);
        problem ??= RequestTarget.KeyProblem(set.Key, Options.MaxKeyBytes, inPath: false);
        await (problem?.WriteAsync(http) ?? SetAsync(http, set.Key, set.Value));
    }

    /// <summary><c>/store/set/{key}/{value}</c>: the key ends at the first slash; a slash in it is sent as %2F.</summary>
    private Task SetFromPathAsync(HttpContext http)
    {
        var rest = RequestTarget.After(RequestTarget.RawPath(http), 2);
        var slash = rest.IndexOf('/');
        if (slash < 0) return Problem.Invalid("The path has a key and no value: /store/set/{key}/{value}.").WriteAsync(http);
        var key = RequestTarget.Key(rest[..slash], Options.MaxKeyBytes, out var problem);
        if (key is null) return problem!.WriteAsync(http);
        return RequestTarget.TryDecode(rest[(slash + 1)..], form: false, out var value)
            ? SetAsync(http, key, value)
            : Problem.BadPath("The value in the path is not percent-encoded UTF-8.").WriteAsync(http);
    }

    private async Task SetAsync(HttpContext http, string key, string text)
    {
        var value = Encoding.UTF8.GetBytes(text);
        if (value.Length > Options.MaxValueBytes)
        {
            await Problem.ValueTooLarge(Options.MaxValueBytes).WriteAsync(http);
            return;
        }

        await WriteAsync(http, new Put(key, value));
    }

    private Task NoOpAsync(HttpContext http) => WriteAsync(http, new NoOp());

    private async Task WriteAsync(HttpContext http, StoreCommand command)
    {
        var (result, problem) = requests.Judge(await requests.WriteAsync(command));
        await (problem?.WriteAsync(http) ?? requests.AnswerAsync(http, result));
    }

    private async Task GetAsync(HttpContext http)
    {
        if (RequestTarget.Key(http, 2, Options.MaxKeyBytes, out var invalid) is not { } key)
        {
            await invalid!.WriteAsync(http);
            return;
        }

        var answer = await requests.ReadAsync(Consistency.Linearizable, store => store.Get(key));
        if (answer is not { Ok: true, Value: { } entry })
        {
            await (answer.Ok ? Problem.NoSuchKey : Problem.ReadNotConfirmed).WriteAsync(http);
            return;
        }

        requests.Describe(http.Response, answer.AppliedIndex, entry.Revision);
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.ContentLength = entry.Value.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(entry.Value);
    }

    private async ValueTask<(SetRequest Set, Problem? Problem)> ReadBodyAsync(HttpRequest request)
    {
        if (request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true) return await ReadMultipartAsync(request);
        var (bytes, problem) = await RequestBody.ReadAsync(request, Options.MaxRequestBody, Problem.BodyTooLarge(Options.MaxRequestBody));
        return problem is null ? (SetRequest.Parse(bytes, request.ContentType, out problem), problem) : (default, problem);
    }

    private async ValueTask<(SetRequest Set, Problem? Problem)> ReadMultipartAsync(HttpRequest request)
    {
        if (request.ContentLength > Options.MaxRequestBody) return (default, Problem.BodyTooLarge(Options.MaxRequestBody));
        try
        {
            var limits = new FormOptions { MultipartBodyLengthLimit = Options.MaxRequestBody, ValueLengthLimit = Options.MaxRequestBody, MemoryBufferThreshold = Options.MaxRequestBody };
            var feature = new FormFeature(request, limits);
            if (!feature.HasFormContentType) return (default, Problem.Invalid("The Content-Type is malformed; a multipart form states it once, with its boundary."));
            var form = await feature.ReadFormAsync(request.HttpContext.RequestAborted);
            return (SetRequest.OfFields(form.Select(field => KeyValuePair.Create(field.Key, field.Value.LastOrDefault() ?? "")), out var problem), problem);
        }
        catch (BadHttpRequestException refused)
        {
            return (default, Problem.OfBadRequest(refused, Options.MaxRequestBody));
        }
        catch (Exception refused) when (refused is InvalidDataException or IOException)
        {
            return (default, Problem.Invalid($"The form could not be read: {refused.Message}"));
        }
    }
}
