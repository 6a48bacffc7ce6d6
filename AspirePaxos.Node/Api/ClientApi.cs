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
        app.Use(next => http => GuardAsync(http, next, logger));
        app.UseStatusCodePages(context => Problem.OfStatus(context.HttpContext.Response.StatusCode, context.HttpContext.Request).WriteAsync(context.HttpContext));

        new StoreEndpoints(requests).Map(app);
        new KeyEndpoints(requests).Map(app);
        new RangeEndpoint(requests).Map(app);
        new LogEndpoint(requests).Map(app);
        new LogPrintEndpoint(requests, app.Services.GetRequiredService<ILogger<LogPrintEndpoint>>()).Map(app);
        new StatusEndpoints(requests.Loop).Map(app);
        app.Services.GetRequiredService<Readiness>().Map(app);
        CrashEndpoint.Map(app, options);
        new PageEndpoint(requests.Loop).Map(app);
        return app;
    }

    /// <summary>Refuses dot segments, and turns what is thrown into an answer.</summary>
    private static async Task GuardAsync(HttpContext http, RequestDelegate next, ILogger logger)
    {
        if (RequestTarget.HasDotSegment(RequestTarget.RawPath(http)))
        {
            await Problem.BadPath("A path cannot carry the segments . and .. .").WriteAsync(http);
            return;
        }

        try
        {
            await next(http);
        }
        catch (BadHttpRequestException refused) when (!http.Response.HasStarted)
        {
            await new Problem(refused.StatusCode, "invalid-request", "The request is not valid", refused.Message).WriteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; nobody reads an answer.
        }
        catch (Exception failed) when (!http.Response.HasStarted)
        {
            LogFailed(logger, failed, http.Request.Method, http.Request.Path);
            await Problem.OfStatus(StatusCodes.Status500InternalServerError, http.Request).WriteAsync(http);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, string path);
}
