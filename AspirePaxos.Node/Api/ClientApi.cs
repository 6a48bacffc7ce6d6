namespace AspirePaxos.Node.Api;

/// <summary>Everything that a node serves to clients, people and orchestrators.</summary>
internal static class ClientApi
{
    public static IServiceCollection AddClientApi(this IServiceCollection services) => services
        .AddSingleton<ClientRequests>()
        .AddSingleton<RequestGuard>()
        .AddSingleton<Readiness>();

    /// <summary>Problem details for every refusal, and the endpoints.</summary>
    public static WebApplication MapClientApi(this WebApplication app)
    {
        var requests = app.Services.GetRequiredService<ClientRequests>();
        var options = app.Services.GetRequiredService<NodeOptions>();
        var guard = app.Services.GetRequiredService<RequestGuard>();
        app.Use(next => http => guard.RunAsync(http, next));

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
}
