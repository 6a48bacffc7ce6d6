namespace AspirePaxos.Web.Nodes;

internal static class NodeClients
{
    public const string Name = "nodes";

    public static void AddNodeClients(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddHttpClient(Name, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(1),
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
            });
        services.AddSingleton(provider => new NodeSet(configuration, provider.GetRequiredService<IHttpClientFactory>()));
    }
}
