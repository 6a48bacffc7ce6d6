using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Reflection;
using AspirePaxos.Node;
using AspirePaxos.Tests.Api;
using AspirePaxos.Tests.Conventions;
using Microsoft.Extensions.Logging;

namespace AspirePaxos.Tests.Telemetry;

/// <summary>docs/telemetry.md lists what the node publishes, in the same words.</summary>
public sealed class DocumentedTelemetryTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "docs", "telemetry.md"));

    [Fact]
    public async Task Every_metric_is_listed_with_its_kind_unit_and_meaning_and_none_is_listed_that_is_not_there()
    {
        var published = new ConcurrentDictionary<string, bool>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "AspirePaxos") published[$"| `{instrument.Name}` | {Kind(instrument)} | `{instrument.Unit}` | {instrument.Description} |"] = true;
            },
        };
        listener.Start();
        await using var node = await InProcessCluster.StartAsync(1);

        Assert.Equal(published.Keys.Order(StringComparer.Ordinal), Lines.Where(line => line.StartsWith("| `paxos.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_event_of_the_log_has_an_id_of_its_own_and_is_listed()
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var events = typeof(NodeOptions).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(all | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .ToList();

        Assert.Equal(events.Count, events.Select(logged => logged.EventId).Distinct().Count());
        Assert.Equal(
            events.OrderBy(logged => logged.EventId).Select(logged => $"| {logged.EventId} | {(logged.Level == LogLevel.None ? "by state" : logged.Level)} | {logged.Message} |"),
            Lines.Where(line => line.Length > 2 && char.IsAsciiDigit(line[2]) && line.StartsWith("| ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_scrape_shows_them_in_the_names_of_Prometheus()
    {
        await using var cluster = await InProcessCluster.StartAsync(1, ("EnableMetricsEndpoint", "true"));
        using var written = await cluster.Clients[0].PutAsync(new Uri("/v1/kv/k", UriKind.Relative), new StringContent("v"));
        written.EnsureSuccessStatusCode();

        var text = await cluster.Clients[0].GetStringAsync(new Uri("/metrics", UriKind.Relative));

        foreach (var name in (string[])["paxos_writes_total", "paxos_write_duration_seconds_bucket", "paxos_leader", "paxos_quorum", "paxos_wal_size_bytes", "paxos_commit_pending_seconds"])
        {
            // A provider hears every meter of its process, those of other tests too: this node's lines are meant.
            // The label is what alerts and dashboard group by.
            Assert.Contains(text.Split('\n'), line => line.StartsWith(name + '{', StringComparison.Ordinal) && line.Contains("paxos_node=\"node0\"", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Writes_and_reads_are_counted_by_how_they_end_and_each_end_is_there_from_the_start()
    {
        await using var cluster = await InProcessCluster.StartAsync(1, ("EnableMetricsEndpoint", "true"));
        using var written = await cluster.Clients[0].PutAsync(new Uri("/v1/kv/k", UriKind.Relative), new StringContent("v"));
        written.EnsureSuccessStatusCode();
        await cluster.Clients[0].GetStringAsync(new Uri("/v1/kv/k?consistency=local", UriKind.Relative));

        var lines = (await cluster.Clients[0].GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n')
            .Where(line => line.Contains("paxos_node=\"node0\"", StringComparison.Ordinal)).ToList();

        foreach (var outcome in (string[])["done", "not_proposed", "unknown", "overloaded"]) Assert.Contains(lines, line => IsOf(line, "paxos_writes_total", outcome));
        foreach (var outcome in (string[])["done", "failed"]) Assert.Contains(lines, line => IsOf(line, "paxos_reads_total", outcome));
        Assert.Contains(lines, line => IsOf(line, "paxos_writes_total", "done") && !Value(line).StartsWith('0'));
        Assert.Contains(lines, line => IsOf(line, "paxos_reads_total", "done") && line.Contains("consistency=\"local\"", StringComparison.Ordinal) && !Value(line).StartsWith('0'));

        static bool IsOf(string line, string name, string outcome) =>
            line.StartsWith(name + '{', StringComparison.Ordinal) && line.Contains($"outcome=\"{outcome}\"", StringComparison.Ordinal);

        static string Value(string line) => line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].TrimStart();
    }

    [Fact]
    public async Task Of_the_framework_come_the_durations_of_clients_requests_and_connections()
    {
        await using var cluster = await InProcessCluster.StartAsync(3, ("EnableMetricsEndpoint", "true"));
        using var written = await cluster.Clients[0].PutAsync(new Uri("/v1/kv/k", UriKind.Relative), new StringContent("v"));
        written.EnsureSuccessStatusCode();

        var lines = (await cluster.Clients[0].GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n');

        Assert.Contains(lines, line => line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal)
            && line.Contains("http_route=\"/v1/kv/{**key}\"", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("kestrel_active_connections{", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("dotnet_gc_collections_total{", StringComparison.Ordinal));

        // Peers' requests are in paxos.peer.*, those under way in paxos.requests.in_flight.
        Assert.DoesNotContain(lines, line => line.Contains("http_route=\"/paxos/", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("http_client_", StringComparison.Ordinal) || line.StartsWith("http_server_active_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task There_is_nothing_to_scrape_unless_it_is_enabled()
    {
        await using var cluster = await InProcessCluster.StartAsync(1);

        using var answer = await cluster.Clients[0].GetAsync(new Uri("/metrics", UriKind.Relative));

        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name switch
    {
        var name when name.StartsWith("Counter", StringComparison.Ordinal) || name.StartsWith("ObservableCounter", StringComparison.Ordinal) => "counter",
        var name when name.StartsWith("Histogram", StringComparison.Ordinal) => "histogram",
        var name when name.StartsWith("ObservableGauge", StringComparison.Ordinal) => "gauge",
        var name => name,
    };
}
