using System.Collections.Frozen;
using AspirePaxos.Node.Api;

namespace AspirePaxos.Node;

/// <summary>
/// Finds the endpoint of the requests that come by the thousand, those for one key and those of peers, without asking the router: it took
/// 2 to 4 % of a leader's time (docs/performance.md). What is not found here the router finds, or refuses.
/// </summary>
internal sealed class FrequentRoutes
{
    private const string PeerPrefix = "/paxos/";

    private readonly FrozenDictionary<string, Endpoint> ofKeys, ofPeers;

    public FrequentRoutes(IEnumerable<Endpoint> endpoints)
    {
        var routes = (
            from endpoint in endpoints.OfType<RouteEndpoint>()
            from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
            select (Pattern: endpoint.RoutePattern.RawText!, endpoint.RoutePattern.Parameters, Method: method, Endpoint: (Endpoint)endpoint)).ToList();
        ofKeys = routes.Where(route => route.Pattern == KeyEndpoints.Pattern).ToFrozenDictionary(route => route.Method, route => route.Endpoint);
        ofPeers = routes
            .Where(route => route.Pattern.StartsWith(PeerPrefix, StringComparison.Ordinal) && route.Parameters.Count == 0 && HttpMethods.IsPost(route.Method))
            .ToFrozenDictionary(route => route.Pattern, route => route.Endpoint);
    }

    /// <summary>Null where the router has to look.</summary>
    public Endpoint? Find(HttpRequest request)
    {
        if (request.Path.Value is not { } path) return null;
        if (path.StartsWith(KeyEndpoints.Prefix, StringComparison.Ordinal)) return path.Length > KeyEndpoints.Prefix.Length ? ofKeys.GetValueOrDefault(request.Method) : null;
        return HttpMethods.IsPost(request.Method) ? ofPeers.GetValueOrDefault(path) : null;
    }
}

internal static class FrequentRoutesExtensions
{
    /// <summary>Routing, with the short way first. The router passes over a request whose endpoint is known.</summary>
    public static void UseNodeRouting(this WebApplication app)
    {
        // The endpoints are all mapped by the time the first request comes.
        var frequent = new Lazy<FrequentRoutes>(() => new(app.Services.GetRequiredService<EndpointDataSource>().Endpoints));
        app.Use(next => http =>
        {
            if (frequent.Value.Find(http.Request) is { } endpoint) http.SetEndpoint(endpoint);
            return next(http);
        });
        app.UseRouting();
    }
}
