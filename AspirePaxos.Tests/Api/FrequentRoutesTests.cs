using System.Diagnostics;
using AspirePaxos.Node;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AspirePaxos.Tests.Api;

/// <summary>The short way to an endpoint leads where the router would have led.</summary>
public sealed class FrequentRoutesTests(ThreeNodes nodes) : ApiTest(nodes), IClassFixture<ThreeNodes>
{
    [Theory]
    [InlineData("GET", "/v1/kv/a", true)]
    [InlineData("HEAD", "/v1/kv/a", true)]
    [InlineData("PUT", "/v1/kv/a/b", true)]
    [InlineData("DELETE", "/v1/kv/a%2Fb", true)]
    [InlineData("GET", "/v1/kv//", true)]
    [InlineData("GET", "/v1/kv//a", true)]
    [InlineData("GET", "/v1/kv/a/", true)]
    [InlineData("GET", "/v1/kv/a//b", true)]
    [InlineData("GET", "/v1/kv/ä ö", true)]
    [InlineData("get", "/v1/kv/a", false)]
    [InlineData("PATCH", "/v1/kv/a", false)]
    [InlineData("POST", "/v1/kv/a", false)]
    [InlineData("GET", "/V1/kv/a", false)]
    [InlineData("GET", "/v1/kv/", false)]
    [InlineData("GET", "/v1/kv", false)]
    [InlineData("GET", "/v1/kvs", false)]
    [InlineData("GET", "/", false)]
    [InlineData("POST", "/paxos/accept", true)]
    [InlineData("POST", "/paxos/heartbeat", true)]
    [InlineData("POST", "/paxos/read-index", true)]
    [InlineData("GET", "/paxos/accept", false)]
    [InlineData("POST", "/paxos/accept/", false)]
    [InlineData("POST", "/paxos/Accept", false)]
    [InlineData("POST", "/paxos/accepts", false)]
    [InlineData("POST", "/paxos/learn", true)]
    [InlineData("GET", "/paxos/learn", false)]
    [InlineData("POST", "/paxos/", false)]
    public async Task Leads_where_the_router_leads(string method, string path, bool frequent)
    {
        var endpoints = Cluster.Services(0).GetRequiredService<EndpointDataSource>().Endpoints;
        var http = new DefaultHttpContext { Request = { Method = method, Path = path } };
        var found = new FrequentRoutes(endpoints).Find(http.Request);
        var routed = await RouteAsync(endpoints, http);

        Assert.Equal(frequent, found is not null);
        if (frequent) Assert.Same(routed, found);
    }

    private static async Task<Endpoint?> RouteAsync(IReadOnlyList<Endpoint> endpoints, HttpContext http)
    {
        await using var services = new ServiceCollection().AddLogging().AddRouting().AddMetrics().AddSingleton(new DiagnosticListener("")).BuildServiceProvider();
        Endpoint? routed = null;
        var router = new ApplicationBuilder(services);
        router.UseRouting();
        router.Use(next => context =>
        {
            routed = context.GetEndpoint();
            return Task.CompletedTask;
        });
        router.UseEndpoints(mapped => mapped.DataSources.Add(new DefaultEndpointDataSource(endpoints)));
        await router.Build()(http);
        return routed;
    }
}
