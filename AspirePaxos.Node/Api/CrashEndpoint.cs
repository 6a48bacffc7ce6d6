namespace AspirePaxos.Node.Api;

/// <summary><c>GET /crash</c>: the process dies as by kill -9, so that nothing is flushed or handed over. Only where it is enabled.</summary>
internal static class CrashEndpoint
{
    public static void Map(IEndpointRouteBuilder app, NodeOptions options)
    {
        if (!options.EnableCrashEndpoint) return;
        app.MapGet("/crash", (RequestDelegate)(_ =>
        {
            ProcessEnd.Now(ProcessEnd.Crash);
            return Task.CompletedTask;
        }));
    }
}
