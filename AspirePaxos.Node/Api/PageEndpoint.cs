using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace AspirePaxos.Node.Api;

/// <summary><c>GET /</c>: the live page of this node for a browser, else GoPaxos's greeting and lines to try.</summary>
internal sealed class PageEndpoint(ReplicaLoop loop)
{
    private static readonly byte[] page = Load();
    private static readonly string policy = PolicyOf(Encoding.UTF8.GetString(page));

    public void Map(IEndpointRouteBuilder app) => app.MapMethods("/", ["GET", "HEAD"], (RequestDelegate)AnswerAsync);

    private Task AnswerAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Vary = HeaderNames.Accept;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        var accept = http.Request.Headers.Accept.ToString();
        return accept.Contains("text/html", StringComparison.OrdinalIgnoreCase) ? AnswerPageAsync(http) : AnswerTextAsync(http);
    }

    private static Task AnswerPageAsync(HttpContext http)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = page.Length;
        http.Response.Headers.ContentSecurityPolicy = policy;
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return http.Response.Body.WriteAsync(page).AsTask();
    }

    private Task AnswerTextAsync(HttpContext http)
    {
        var now = loop.Status;
        var url = $"{http.Request.Scheme}://{Authority(http)}";
        var leader = now.Leader.Name.Length > 0 ? $"{now.Leader} leads" : "no leader is known";
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(
            $"""
            Hello World Paxos Server

            {now.Self.Node}: {leader}, commit index {now.CommitIndex}, {now.Keys} keys. Open {url}/ in a browser to watch it.

            Try:
              curl -X POST {url}/store/set -d '{"{"}"key":"greeting","value":"hello"{"}"}'
              curl {url}/store/get/greeting
              curl {url}/store/set/k/v
              curl -i -X PUT {url}/v1/kv/greeting -d 'hello again'
              curl -i {url}/v1/kv/greeting
              curl '{url}/v1/kv?prefix=g&limit=10'
              curl {url}/v1/cluster
              curl '{url}/v1/log?from=1&limit=10'
              curl {url}/health/ready

            """);
    }

    /// <summary>As the client names this node; HTTP/1.0 may leave that out.</summary>
    private static string Authority(HttpContext http)
    {
        if (http.Request.Host.HasValue) return http.Request.Host.Value!;
        var address = http.Connection.LocalIpAddress ?? IPAddress.Loopback;
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, http.Connection.LocalPort).ToString();
    }

    private static byte[] Load()
    {
        using var resource = typeof(PageEndpoint).Assembly.GetManifestResourceStream("Page.html")
            ?? throw new InvalidOperationException("Page.html is not embedded in the assembly.");
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>Exactly this script and this style may run, and they may talk to this node only.</summary>
    private static string PolicyOf(string html) =>
        $"default-src 'none'; script-src {HashOf(html, "script")}; style-src {HashOf(html, "style")}; img-src data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    private static string HashOf(string html, string element)
    {
        var start = html.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        var end = html.IndexOf($"</{element}>", start, StringComparison.Ordinal);
        return $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(html[start..end])))}'";
    }
}
