using System.Net;
using AspirePaxos.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace AspirePaxos.Tests.Web;

/// <summary>The console in this process, without nodes: whom it talks to, and what it tells browsers.</summary>
public sealed class PageSecurityTests : IAsyncLifetime
{
    private readonly HttpClient http = new();
    private WebApplication? console;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = "AspirePaxos.Web",
            ContentRootPath = Path.GetDirectoryName(typeof(ConsoleApplication).Assembly.Location)!.Replace("AspirePaxos.Tests", "AspirePaxos.Web", StringComparison.Ordinal),
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        console = ConsoleApplication.Build(builder);
        await console.StartAsync();
        http.BaseAddress = new Uri(console.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await console!.DisposeAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/rounds")]
    [InlineData("/keys")]
    [InlineData("/log")]
    [InlineData("/break")]
    public async Task A_page_may_load_nothing_from_elsewhere_and_be_in_no_frame(string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    public async Task A_page_of_another_origin_gets_no_connection(string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/_blazor") { Headers = { { "Origin", origin } } };
        using var answer = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Another_name_that_resolves_to_this_machine_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "evil.example" } };
        using var answer = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_page_that_is_not_there_says_so()
    {
        using var answer = await http.GetAsync(new Uri("/nowhere", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Nothing here", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/rounds", HttpStatusCode.OK)]
    [InlineData("/rounds/4bf92f3577b34da6a3ce929d0e0e4736", HttpStatusCode.OK)]
    [InlineData("/keys", HttpStatusCode.OK)]
    [InlineData("/log", HttpStatusCode.OK)]
    [InlineData("/break", HttpStatusCode.OK)]
    [InlineData("/console.css", HttpStatusCode.OK)]
    [InlineData("/health", HttpStatusCode.OK)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    public async Task HEAD_answers_as_GET_does_without_a_body(string path, HttpStatusCode status)
    {
        using var get = await http.GetAsync(new Uri(path, UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative));
        using var head = await http.SendAsync(request);

        Assert.Equal((status, status), (get.StatusCode, head.StatusCode));
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    public async Task It_is_healthy_without_any_node(string path)
    {
        Assert.Equal("Healthy", await http.GetStringAsync(new Uri(path, UriKind.Relative)));
    }
}
