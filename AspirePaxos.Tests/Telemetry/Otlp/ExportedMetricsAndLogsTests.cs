namespace AspirePaxos.Tests.Telemetry.Otlp;

/// <summary>The metrics and logs that leave three processes, beside docs/telemetry.md.</summary>
[Collection(nameof(OtlpCollection))]
public sealed class ExportedMetricsAndLogsTests(ExportingClusters clusters)
{
    /// <summary>Where nothing went wrong there may be none.</summary>
    private static readonly string[] OfTrouble = ["paxos.requests.refused", "paxos.nacks", "paxos.step_downs", "paxos.snapshots"];

    private static readonly string[] OfTheLeader =
        ["paxos.prepare.duration", "paxos.elections", "paxos.rounds", "paxos.round.commands", "paxos.round.duration"];

    [Theory]
    [InlineData(OtlpReceiver.Grpc)]
    [InlineData(OtlpReceiver.Http)]
    public async Task Every_metric_arrives_from_every_node_in_the_words_of_the_documentation(string protocol)
    {
        var cluster = await clusters.WithAsync(protocol);
        var roles = await cluster.RolesAsync();
        foreach (var name in cluster.Nodes.Names)
        {
            await cluster.PutAsync(name, "/v1/kv/measured", new(recorded: false));
            await cluster.GetAsync(name, "/v1/kv/measured");
        }

        await Eventually.HoldsAsync(() => Missing().Length == 0, () => "there arrives too: " + string.Join(", ", Missing()));

        var metrics = cluster.Received.Metrics.Where(metric => metric.Scope?.Name == "AspirePaxos").ToArray();
        Assert.All(metrics, metric =>
        {
            Assert.Equal(DocumentedRows.Metrics[metric.Item.Name], (metric.Item.Kind, metric.Item.Unit, metric.Item.Description));
            Assert.Equal(metric.Service, metric.Scope!.Attributes.Named("paxos.node"));
        });
        Assert.Equal(3, metrics.Select(metric => (metric.Service, metric.Instance)).Distinct().Count());

        string[] Missing() =>
        [
            .. from name in cluster.Nodes.Names
               from metric in DocumentedRows.Metrics.Keys.Except(OfTrouble).Except(name == roles.Leader ? [] : OfTheLeader)
               where cluster.MetricOf(name, metric) is null
               select $"{metric} of {name}",
        ];
    }

    [Theory]
    [InlineData(OtlpReceiver.Grpc)]
    [InlineData(OtlpReceiver.Http)]
    public async Task What_is_counted_and_measured_arrives(string protocol)
    {
        var cluster = await clusters.WithAsync(protocol);
        var roles = await cluster.RolesAsync();

        // Over the few writes that other tests make.
        const int writes = 100;
        for (var i = 0; i < writes; i++) await cluster.PutAsync(roles.Leader, "/v1/kv/counted", new(recorded: false));

        await Eventually.HoldsAsync(
            () => cluster.MetricOf(roles.Leader, "paxos.writes")?.Sum?.Points
                .Where(point => point.Attributes.Named("outcome") is "done")
                .Sum(point => point.Value) >= writes,
            $"{writes} writes are counted");
        var duration = Assert.Single(cluster.MetricOf(roles.Leader, "paxos.write.duration")!.Histogram!.Points);
        Assert.InRange(duration.Count, (ulong)writes, ulong.MaxValue);
        Assert.InRange(duration.Sum, double.Epsilon, 600);
        Assert.Equal([.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5], duration.Bounds);
        Assert.Equal(
            [1, 0, 0],
            new[] { roles.Leader, roles.Follower, roles.Third }
                .Select(name => Assert.Single(cluster.MetricOf(name, "paxos.leader")!.Gauge!.Points).Value));

        // Those of the conventions.
        foreach (var name in cluster.Nodes.Names)
        {
            await Eventually.HoldsAsync(
                () => cluster.MetricOf(name, "http.server.request.duration") is { Unit: "s", Kind: "histogram" }
                    && cluster.MetricOf(name, "kestrel.active_connections") is { Unit: "{connection}" }
                    && cluster.MetricOf(name, "dotnet.gc.collections") is { Unit: "{collection}" },
                $"{name} sends metrics of its requests and runtime");
        }

        // Each further one of the framework's would cost something at each request.
        Assert.DoesNotContain(
            cluster.Received.Metrics,
            metric => metric.Item.Name.StartsWith("http.client.", StringComparison.Ordinal) || metric.Item.Name is "http.server.active_requests");
        Assert.Contains(
            cluster.MetricOf(roles.Leader, "http.server.request.duration")!.Histogram!.Points,
            point => point.Attributes.Named("http.route") is "/v1/kv/{**key}"
                && point.Attributes.Named("http.request.method") is "PUT"
                && point.Count >= writes);
    }

    [Theory]
    [InlineData(OtlpReceiver.Grpc)]
    [InlineData(OtlpReceiver.Http)]
    public async Task Every_record_of_the_log_is_a_documented_event_with_its_id_and_level(string protocol)
    {
        var cluster = await clusters.WithAsync(protocol);
        await Eventually.HoldsAsync(
            () => cluster.Nodes.Names.All(name => cluster.Received.Logs.Any(log => log.Service == name && log.Item[OtlpLog.EventId] is 1L)),
            "every node says where it listens");

        // On a machine that is busy with other tests Kestrel may warn that its threads starve.
        var own = cluster.Received.Logs.Where(log => log.Scope!.Name.StartsWith("AspirePaxos.", StringComparison.Ordinal)).ToArray();
        Assert.All(own, log =>
        {
            Assert.Contains(log.Service, cluster.Nodes.Names);
            Assert.Matches("^[a-z]{8}$", log.Instance);
            var (level, message) = DocumentedRows.Events[(long)log.Item[OtlpLog.EventId]!];
            Assert.Equal(message, log.Item["{OriginalFormat}"]);
            if (level != "by state") Assert.Equal(level, log.Item.Level);
        });
        var started = own.First(log => log.Item[OtlpLog.EventId] is 1L);
        Assert.Contains($"listens on http://{cluster.Nodes.Url(started.Service!).Authority}, ", (string)started.Item.Body!.Any!, StringComparison.Ordinal);
        Assert.Equal("Multi", started.Item["Mode"]);
        Assert.Empty(started.Item.Trace);
    }

    [Theory]
    [InlineData(OtlpReceiver.Grpc)]
    [InlineData(OtlpReceiver.Http)]
    public async Task What_a_traced_request_writes_into_the_log_has_its_ids(string protocol)
    {
        var cluster = await clusters.WithAsync(protocol);
        var client = new ClientTrace();

        await cluster.PutAsync(cluster.Nodes.Names[1], "/v1/faults", client, """{"diskDelayMs":0}""");

        Received<OtlpLog>[] logs = [];
        Received<OtlpSpan>[] requests = [];
        await Eventually.HoldsAsync(
            () =>
            {
                logs = [.. cluster.Received.Logs.Where(log => log.Item.Trace == client.Id)];
                requests = [.. cluster.SpansOf(client)];
                return logs.Length > 0 && requests.Length > 0;
            },
            () => $"span ({requests.Length}) and log ({logs.Length}) of the request arrive");
        var log = Assert.Single(logs);
        var request = Assert.Single(requests);
        Assert.Equal(320L, log.Item[OtlpLog.EventId]);
        Assert.Equal("Warning", log.Item.Level);
        Assert.Equal((cluster.Nodes.Names[1], cluster.Nodes.Names[1]), (log.Service, request.Service));
        Assert.Equal(request.Item.Id, log.Item.Span);
        Assert.Equal(client.Span, request.Item.Parent);
    }
}
