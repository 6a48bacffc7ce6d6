using System.Net;
using System.Text;
using System.Text.Json;

namespace AspirePaxos.Tests.Api;

/// <summary>What the API tests share: requests whose targets are sent as written, and problem details read back.</summary>
public abstract class ApiTest(ThreeNodes nodes)
{
    protected InProcessCluster Cluster => nodes.Cluster;

    /// <param name="target">Sent as it is: no dot segment is folded, nothing is decoded.</param>
    protected async Task<HttpResponseMessage> SendAsync(
        string method, string target, string? body = null, string? type = null, int node = 0, params (string Name, string Value)[] headers)
    {
        var client = Cluster.Clients[node];
        var uri = new Uri(client.BaseAddress!.GetLeftPart(UriPartial.Authority) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (type is not null) request.Content!.Headers.TryAddWithoutValidation("Content-Type", type);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request);
    }

    protected async Task<string> TextAsync(string method, string target, string? body = null, int node = 0)
    {
        using var answer = await SendAsync(method, target, body, node: node);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {target}: {answer.StatusCode} {text}");
        return text;
    }

    protected async Task<JsonElement> JsonAsync(string method, string target, string? body = null, int node = 0) =>
        JsonDocument.Parse(await TextAsync(method, target, body, node)).RootElement;

    /// <summary>Asserts that the answer is this problem, and returns its detail.</summary>
    protected static async Task<string> ProblemAsync(Task<HttpResponseMessage> sending, HttpStatusCode status, string name)
    {
        using var answer = await sending;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal("https://aspirepaxos.dev/problems/" + name, problem.GetProperty("type").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        return problem.GetProperty("detail").GetString()!;
    }
}
