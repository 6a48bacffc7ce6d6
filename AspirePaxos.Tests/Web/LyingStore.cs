using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using AspirePaxos.Web.Nodes;
using Microsoft.Extensions.Configuration;

namespace AspirePaxos.Tests.Web;

/// <summary>Answers for all nodes as a store does that is correct, or breaks its word in one way.</summary>
internal sealed class LyingStore(LyingStore.Lie lie) : HttpMessageHandler, IHttpClientFactory
{
    private const int Honest = 5;

    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Version>> keys = [];
    private readonly Dictionary<string, Version> done = [];
    private long revision;

    public enum Lie
    {
        None,
        StaleRead,
        LostWrite,
        ValueFromNowhere,
        OlderValueComesBack,
        TakesEffectTwice,
        FailsHalf,
    }

    public ICollection<string> Keys
    {
        get
        {
            lock (gate) return [.. keys.Keys];
        }
    }

    public NodeSet Nodes()
    {
        var settings = Enumerable.Range(0, 3).ToDictionary(i => $"services:node{i}:http:0", i => (string?)$"http://127.0.0.1:{i + 1}");
        return new(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), this);
    }

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var key = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath);
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        lock (gate)
        {
            return request.Method.Method switch
            {
                "PUT" => Put(key, body, request.Headers.GetValues("Idempotency-Key").Single()),
                "DELETE" => new(keys.Remove(key) ? HttpStatusCode.NoContent : HttpStatusCode.NotFound),
                _ => Get(key),
            };
        }
    }

    private HttpResponseMessage Put(string key, string value, string idempotencyKey)
    {
        if (!done.TryGetValue(idempotencyKey, out var version))
        {
            done[idempotencyKey] = version = new(value, ++revision);
            var versions = keys.TryGetValue(key, out var known) ? known : keys[key] = [];
            var lies = versions.Count > Honest;
            if (!(lies && lie == Lie.LostWrite)) versions.Add(version);
            if (lies && lie == Lie.TakesEffectTwice) versions.Add(version with { Revision = ++revision });
            if (lies && lie == Lie.OlderValueComesBack) versions.Add(versions[^3] with { Revision = ++revision });

            // The write has happened; its answer is lost.
            if (lie == Lie.FailsHalf && versions.Count % 2 == 0) throw new HttpRequestException("lost");
        }

        return Answer(HttpStatusCode.OK, version with { Value = "" });
    }

    private HttpResponseMessage Get(string key)
    {
        if (!keys.TryGetValue(key, out var versions)) return new(HttpStatusCode.NotFound);
        var latest = versions[^1];
        if (versions.Count > Honest && lie == Lie.StaleRead) latest = versions[^3];
        if (versions.Count > Honest && lie == Lie.ValueFromNowhere) latest = latest with { Value = "1000000" };
        return Answer(HttpStatusCode.OK, latest);
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, Version version)
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(version.Value) };
        response.Headers.ETag = new EntityTagHeaderValue($"\"{version.Revision.ToString(CultureInfo.InvariantCulture)}\"");
        response.Headers.Add("Paxos-Slot", version.Revision.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    private sealed record Version(string Value, long Revision);
}
