using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace AspirePaxos.Node.Api;

/// <summary><c>GET /</c>: the live page of this node for a browser, else GoPaxos's greeting and lines to try.</summary>
internal sealed class PageEndpoint(ReplicaLoop loop, NodeOptions options)
{
    private static readonly string template = Load();
    private static readonly string policy = PolicyOf(template);

    private readonly byte[] page = Encoding.UTF8.GetBytes(PageOf(options));

    public void Map(IEndpointRouteBuilder app) => app.MapMethods("/", ["GET", "HEAD"], (RequestDelegate)AnswerAsync);

    private Task AnswerAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Vary = HeaderNames.Accept;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        var accept = http.Request.Headers.Accept.ToString();
        return accept.Contains("text/html", StringComparison.OrdinalIgnoreCase) ? AnswerPageAsync(http) : AnswerTextAsync(http);
    }

    private Task AnswerPageAsync(HttpContext http)
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

            {now.Self.Node}: {leader}, commit index {now.CommitIndex}, {now.Keys} keys. Open {url}/ in a browser to watch it.{(options.ConsoleUrl is { Length: > 0 } console ? $" The console of the cluster: {console}" : "")}

            Try:
              curl -X POST {url}/store/set -d '{"{"}"key":"greeting","value":"hello"{"}"}'
              curl {url}/store/get/greeting
              curl {url}/store/set/k/v
              curl -i -X PUT {url}/v1/kv/greeting -d 'hello again'
              curl -i {url}/v1/kv/greeting
              curl '{url}/v1/kv?prefix=g&limit=10'
              curl {url}/v1/cluster
              curl '{url}/v1/log?from=1&limit=10'
              curl '{url}/v1/rounds?limit=5'
              curl -N {url}/v1/rounds/stream
              curl {url}/health/ready

            {(options.EnableFaultEndpoints ? FaultLines(url) : "")}
            """.TrimEnd() + "\n");
    }

    /// <summary>As the client names this node; HTTP/1.0 may leave that out.</summary>
    private static string Authority(HttpContext http)
    {
        if (http.Request.Host.HasValue) return http.Request.Host.Value!;
        var address = http.Connection.LocalIpAddress ?? IPAddress.Loopback;
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, http.Connection.LocalPort).ToString();
    }

    private static string FaultLines(string url) =>
        $$"""
        Hurt this node, and heal it:
          curl -X PUT {{url}}/v1/faults -d '{"diskDelayMs":200}'
          curl -X PUT {{url}}/v1/faults -d '{"pausedMs":5000}'
          curl -X DELETE {{url}}/v1/faults
        """;

    /// <summary>Outside of its script and its style, whose hashes the policy names.</summary>
    private static string PageOf(NodeOptions options)
    {
        var console = options.ConsoleUrl is { Length: > 0 } url ? $"<a class=\"primary\" href=\"{WebUtility.HtmlEncode(url)}\">Console</a>" : "";
        var html = template.Replace("<!-- console -->", console, StringComparison.Ordinal);
        return options.EnableFaultEndpoints ? html.Replace("data-faults=\"off\"", "data-faults=\"on\"", StringComparison.Ordinal) : html;
    }

    private static string Load()
    {
        using var resource = typeof(PageEndpoint).Assembly.GetManifestResourceStream("Page.html")
            ?? throw new InvalidOperationException("Page.html is not embedded in the assembly.");
        using var text = new StreamReader(resource, Encoding.UTF8);
        return text.ReadToEnd();
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
