using System.Net.Http.Json;
using System.Text.Json;
using AspirePaxos.Tests.EndToEnd;

namespace AspirePaxos.Tests.Telemetry.Otlp;

/// <summary>Three processes, set up as Aspire does it, and the receiver that they export to.</summary>
internal sealed class ExportingCluster : IAsyncDisposable
{
    private readonly OtlpReceiver receiver;
    private readonly HttpClient client = new();

    private ExportingCluster(OtlpReceiver receiver, LocalCluster nodes)
    {
        this.receiver = receiver;
        Nodes = nodes;
    }

    public LocalCluster Nodes { get; }

    public ReceivedTelemetry Received => receiver.Received;

    public static async Task<ExportingCluster> StartAsync(string protocol)
    {
        var receiver = await OtlpReceiver.StartAsync(protocol);
        try
        {
            var nodes = await LocalCluster.StartAsync(settings: new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint.ToString(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = receiver.Protocol,
                ["OTEL_EXPORTER_OTLP_HEADERS"] = $"{OtlpReceiver.ApiKeyHeader}={receiver.ApiKey}",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "1000",
                ["OTEL_BLRP_SCHEDULE_DELAY"] = "1000",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
                ["OTEL_TRACES_SAMPLER"] = "always_on",

                // Neither a change of leader nor a request to a peer that is given up, also where the machine is busy with other tests.
                ["Paxos__ElectionTimeout"] = "5000",
                ["Paxos__PeerTimeout"] = "10000",
            });
            var cluster = new ExportingCluster(receiver, nodes);

            // The first writes wait for the compiler.
            foreach (var name in nodes.Names) await cluster.PutAsync(name, "/v1/kv/warm", new(recorded: false));
            return cluster;
        }
        catch
        {
            await receiver.DisposeAsync();
            throw;
        }
    }

    public async Task<ClusterRoles> RolesAsync()
    {
        string? leader = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                var status = await client.GetFromJsonAsync<JsonElement>(new Uri(Nodes.Url(Nodes.Names[0]), "/v1/status"));
                leader = status.GetProperty("leader").GetString();
                return leader is not null;
            },
            "there is a leader");
        var others = Nodes.Names.Where(name => name != leader).ToArray();
        return new(leader!, others[0], others[1]);
    }

    /// <summary>Writes as a client that has a trace of its own.</summary>
    public async Task PutAsync(string node, string path, ClientTrace trace, string body = "value")
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(Nodes.Url(node), path)) { Content = new StringContent(body) };
        request.Headers.TryAddWithoutValidation("traceparent", trace.Parent);
        using var answer = await client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, $"{answer} {await answer.Content.ReadAsStringAsync()}\n{Nodes.Output(node)}");
    }

    public async Task GetAsync(string node, string path)
    {
        using var answer = await client.GetAsync(new Uri(Nodes.Url(node), path));
        Assert.True(answer.IsSuccessStatusCode, $"{answer} {await answer.Content.ReadAsStringAsync()}\n{Nodes.Output(node)}");
    }

    /// <returns>Null where it has not arrived.</returns>
    public OtlpMetric? MetricOf(string node, string name) =>
        Received.Metrics.SingleOrDefault(metric => metric.Service == node && metric.Item.Name == name)?.Item;

    public IReadOnlyList<Received<OtlpSpan>> SpansOf(ClientTrace trace) => [.. Received.Spans.Where(span => span.Item.Trace == trace.Id)];

    /// <summary>Waits until the whole of it has arrived, but for learning.</summary>
    /// <param name="tree">As <see cref="TraceTree"/> shows it.</param>
    public async Task<IReadOnlyList<Received<OtlpSpan>>> TraceIsAsync(ClientTrace trace, ClusterRoles roles, string tree)
    {
        IReadOnlyList<Received<OtlpSpan>> spans = [];
        var seen = "";
        await Eventually.HoldsAsync(
            () =>
            {
                spans = [.. SpansOf(trace).Where(span => span.Item.Name != TraceTree.Learn)];
                seen = new TraceTree(spans, roles.Names).Below(trace.Span);
                return seen == tree;
            },
            () => $"the trace is this:\n{tree}\nand not this:\n{seen}");
        return spans;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await Nodes.DisposeAsync();
        await receiver.DisposeAsync();
    }
}

/// <param name="Leader">The name of its node, as the others are.</param>
/// <param name="Follower">Where a test sends what is to be forwarded.</param>
internal sealed record ClusterRoles(string Leader, string Follower, string Third)
{
    public IReadOnlyDictionary<string, string> Names { get; } =
        new Dictionary<string, string> { [Leader] = "leader", [Follower] = "follower", [Third] = "third" };
}
