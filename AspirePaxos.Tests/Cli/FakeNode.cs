using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AspirePaxos.Tests.Cli;

/// <summary>Answers as a test wants a node to answer, which a real one would not.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeNode(WebApplication app) => this.app = app;

    public string Address => app.Urls.Single();

    /// <summary>Method, path with query, and Idempotency-Key, as they came.</summary>
    public ConcurrentQueue<(string Method, string Target, string IdempotencyKey)> Requests { get; } = [];

    public static async Task<FakeNode> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var node = new FakeNode(builder.Build());
        node.app.Run(http =>
        {
            node.Requests.Enqueue((http.Request.Method, http.Request.Path + http.Request.QueryString, http.Request.Headers["Idempotency-Key"].ToString()));
            return answer(http);
        });
        await node.app.StartAsync();
        return node;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    public static Task ProblemAsync(HttpContext http, int status, string title)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new { title, detail = "As the test wants it.", status }, options: null, "application/problem+json");
    }
}
