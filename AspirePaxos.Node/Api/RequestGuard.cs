using Microsoft.AspNetCore.Connections;

namespace AspirePaxos.Node.Api;

/// <summary>
/// Stands around every request: refuses dot segments, bodies where none belongs, and clients when too many are under way; turns what is
/// thrown into an answer; and gives a status that comes without a body its problem details.
/// </summary>
/// <remarks>All of it in one place, since each place on the way is another wait to be woken up in.</remarks>
internal sealed partial class RequestGuard(ClientRequests requests, ILogger<RequestGuard> logger)
{
    public async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        if (SharedThreads.MustLeave) await SharedThreads.Leave();
        var limited = http.GetEndpoint()?.Metadata.GetMetadata<LimitedRequest>() is not null;
        if ((Misplaced(http) ?? (limited ? requests.Enter(http) : null)) is { } refusal)
        {
            await refusal.WriteAsync(http);
            return;
        }

        try
        {
            await next(http);
            if (IsBare(http.Response)) await Problem.OfStatus(http.Response.StatusCode, http.Request).WriteAsync(http);
        }
        catch (BadHttpRequestException refused) when (!http.Response.HasStarted)
        {
            await Problem.OfBadRequest(refused, requests.Options.MaxRequestBody).WriteAsync(http);
        }
        catch (OperationCanceledException e) when (http.RequestAborted.IsCancellationRequested || e.InnerException is ConnectionAbortedException)
        {
            // The client is gone, or the node ends before the client has said all; nobody reads an answer.
        }
        catch (Exception failed) when (!http.Response.HasStarted)
        {
            LogFailed(failed, http.Request.Method, http.Request.Path);
            await Problem.OfStatus(StatusCodes.Status500InternalServerError, http.Request).WriteAsync(http);
        }
        finally
        {
            if (limited) requests.Leave();
        }
    }

    private static Problem? Misplaced(HttpContext http)
    {
        var path = RequestTarget.RawPath(http);
        if (!RequestTarget.HasDotSegment(path)) return BodyLimit.Check(http);
        return path.StartsWith("/log/", StringComparison.Ordinal) ? LogPrintEndpoint.BadName : Problem.BadPath("A path cannot carry the segments . and .. .");
    }

    private static bool IsBare(HttpResponse response) =>
        response.StatusCode is >= 400 and < 600 && !response.HasStarted && response.ContentLength is null && string.IsNullOrEmpty(response.ContentType);

    [LoggerMessage(EventId = 300, Level = LogLevel.Error, Message = "{Method} {Path} failed.")]
    private partial void LogFailed(Exception exception, string method, string path);
}

/// <summary>An endpoint whose requests count as under way (<see cref="NodeOptions.MaxRequestsInFlight"/>), and are refused by a node that serves nobody.</summary>
internal sealed record LimitedRequest
{
    public static readonly LimitedRequest Metadata = new();
}
