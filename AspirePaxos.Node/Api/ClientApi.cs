using Microsoft.AspNetCore.Connections;

namespace AspirePaxos.Node.Api;

/// <summary>Everything that a node serves to clients, people and orchestrators.</summary>
internal static partial class ClientApi
{
    public static IServiceCollection AddClientApi(this IServiceCollection services) => services
        .AddSingleton<ClientRequests>()
        .AddSingleton<Readiness>();

    /// <summary>Problem details for every refusal, and the endpoints.</summary>
    public static WebApplication MapClientApi(this WebApplication app)
    {
        var requests = app.Services.GetRequiredService<ClientRequests>();
        var options = app.Services.GetRequiredService<NodeOptions>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ClientApi).FullName!);
        app.Use(next => http => GuardAsync(http, next, options, logger));
        app.UseStatusCodePages(context => Problem.OfStatus(context.HttpContext.Response.StatusCode, context.HttpContext.Request).WriteAsync(context.HttpContext));

        // What an endpoint says about its body itself comes behind this, and counts.
        var endpoints = app.MapGroup("").WithMetadata(BodyLimit.NoBody);
        new StoreEndpoints(requests).Map(endpoints);
        new KeyEndpoints(requests).Map(endpoints);
        new RangeEndpoint(requests).Map(endpoints);
        new LogEndpoint(requests).Map(endpoints);
        new LogPrintEndpoint(requests, app.Services.GetRequiredService<ILogger<LogPrintEndpoint>>()).Map(endpoints);
        new StatusEndpoints(requests.Loop, requests.Meter, options).Map(endpoints);
        new RoundsEndpoints(requests.Loop.Rounds.Recent, options, app.Lifetime).Map(endpoints);
        app.Services.GetRequiredService<Readiness>().Map(endpoints);
        MetricsEndpoint.Map(endpoints, options);
        CrashEndpoint.Map(endpoints, options);
        StepDownEndpoint.Map(endpoints, requests.Loop, options);
        FaultEndpoints.Map(endpoints, options);
        new PageEndpoint(requests.Loop, options).Map(endpoints);
        return app;
    }

    /// <summary>Refuses dot segments and bodies where none belongs, and turns what is thrown into an answer.</summary>
    private static async Task GuardAsync(HttpContext http, RequestDelegate next, NodeOptions options, ILogger logger)
    {
        if (SharedThreads.MustLeave) await SharedThreads.Leave();
        var path = RequestTarget.RawPath(http);
        var refusal = RequestTarget.HasDotSegment(path)
            ? path.StartsWith("/log/", StringComparison.Ordinal) ? LogPrintEndpoint.BadName : Problem.BadPath("A path cannot carry the segments . and .. .")
            : BodyLimit.Check(http);
        if (refusal is not null)
        {
            await refusal.WriteAsync(http);
            return;
        }

        try
        {
            await next(http);
        }
        catch (BadHttpRequestException refused) when (!http.Response.HasStarted)
        {
            await Problem.OfBadRequest(refused, options.MaxRequestBody).WriteAsync(http);
        }
        catch (OperationCanceledException e) when (http.RequestAborted.IsCancellationRequested || e.InnerException is ConnectionAbortedException)
        {
            // The client is gone, or the node ends before the client has said all; nobody reads an answer.
        }
        catch (Exception failed) when (!http.Response.HasStarted)
        {
            LogFailed(logger, failed, http.Request.Method, http.Request.Path);
            await Problem.OfStatus(StatusCodes.Status500InternalServerError, http.Request).WriteAsync(http);
        }
    }

    [LoggerMessage(EventId = 300, Level = LogLevel.Error, Message = "{Method} {Path} failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, string path);
}
