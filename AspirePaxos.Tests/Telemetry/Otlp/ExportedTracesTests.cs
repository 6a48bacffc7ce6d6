namespace AspirePaxos.Tests.Telemetry.Otlp;

/// <summary>The traces that leave three processes, as a collector gets them.</summary>
[Collection(nameof(OtlpCollection))]
public sealed class ExportedTracesTests(ExportingClusters clusters)
{
    private const string ThroughAFollower = """
        PUT /v1/kv/{**key} (Server of follower)
          POST /paxos/forward (Client of follower to leader)
            POST /paxos/forward (Server of leader)
              paxos round (Internal of leader)
                POST /paxos/accept (Client of leader to follower)
                  POST /paxos/accept (Server of follower)
                    paxos acceptor persist (Internal of follower)
                POST /paxos/accept (Client of leader to third)
                  POST /paxos/accept (Server of third)
                    paxos acceptor persist (Internal of third)
                paxos accept (Internal of leader)
                paxos apply (Internal of leader)
                paxos persist (Internal of leader)
        """;

    [Theory]
    [InlineData(OtlpReceiver.Grpc)]
    [InlineData(OtlpReceiver.Http)]
    public async Task A_write_to_the_leader_is_one_trace_of_three_services(string protocol)
    {
        var cluster = await clusters.WithAsync(protocol);
        var roles = await cluster.RolesAsync();
        var client = new ClientTrace();

        await cluster.PutAsync(roles.Leader, "/v1/kv/traced", client);

        await cluster.TraceIsAsync(client, roles, """
            PUT /v1/kv/{**key} (Server of leader)
              paxos round (Internal of leader)
                POST /paxos/accept (Client of leader to follower)
                  POST /paxos/accept (Server of follower)
                    paxos acceptor persist (Internal of follower)
                POST /paxos/accept (Client of leader to third)
                  POST /paxos/accept (Server of third)
                    paxos acceptor persist (Internal of third)
                paxos accept (Internal of leader)
                paxos apply (Internal of leader)
                paxos persist (Internal of leader)
            """);
    }

    [Theory]
    [InlineData(OtlpReceiver.Grpc)]
    [InlineData(OtlpReceiver.Http)]
    public async Task A_write_to_a_follower_is_one_trace_that_goes_on_at_the_leader(string protocol)
    {
        var cluster = await clusters.WithAsync(protocol);
        var roles = await cluster.RolesAsync();
        var client = new ClientTrace();

        await cluster.PutAsync(roles.Follower, "/v1/kv/traced", client);

        await cluster.TraceIsAsync(client, roles, ThroughAFollower);
    }

    [Theory]
    [InlineData(OtlpReceiver.Grpc)]
    [InlineData(OtlpReceiver.Http)]
    public async Task Each_span_says_whose_it_is_and_when_and_has_the_attributes_of_the_conventions(string protocol)
    {
        var cluster = await clusters.WithAsync(protocol);
        var roles = await cluster.RolesAsync();
        var client = new ClientTrace();

        await cluster.PutAsync(roles.Follower, "/v1/kv/traced", client);
        var trace = await cluster.TraceIsAsync(client, roles, ThroughAFollower);

        foreach (var span in trace)
        {
            Assert.Contains(span.Service, cluster.Nodes.Names);
            Assert.Matches("^[a-z]{8}$", span.Instance);
            Assert.InRange(span.Item.End, span.Item.Start, ulong.MaxValue);
            Assert.Equal(OtlpStatusCode.Unset, span.Item.Status?.Code ?? OtlpStatusCode.Unset);
            Assert.Empty(span.Item.Links);
            Assert.Equal("AspirePaxos", span.Scope?.Name);
            Assert.Equal(span.Service, span.Item["paxos.node"]);
            if (span.Item.Kind == OtlpSpanKind.Server)
            {
                Assert.Equal($"{span.Item["http.request.method"]} {span.Item["http.route"]}", span.Item.Name);
                Assert.Equal(cluster.Nodes.Url(span.Service!).Host, span.Item["server.address"]);
                Assert.Equal((long)cluster.Nodes.Url(span.Service!).Port, span.Item["server.port"]);
                Assert.Equal("http", span.Item["url.scheme"]);
                Assert.Equal(200L, span.Item["http.response.status_code"]);
                continue;
            }

            if (span.Item.Kind != OtlpSpanKind.Client) continue;
            Assert.Equal("POST", span.Item["http.request.method"]);
            Assert.Equal(span.Item["paxos.peer"], span.Item["server.address"]);
            Assert.Equal($"POST {new Uri((string)span.Item["url.full"]!).AbsolutePath}", span.Item.Name);
            Assert.Equal(200L, span.Item["http.response.status_code"]);
        }

        // Each process is one instance.
        Assert.Equal(3, trace.DistinctBy(span => span.Instance).Count());
        Assert.Equal(3, trace.DistinctBy(span => (span.Service, span.Instance)).Count());
        var request = trace.Single(span => span.Item.Parent == client.Span).Item;
        Assert.Equal("/v1/kv/traced", request["url.path"]);
        var round = trace.Single(span => span.Item.Name == "paxos round").Item;
        Assert.Equal((1L, 1L, 2L), (round["paxos.slots"], round["paxos.commands"], round["paxos.quorum"]));
        Assert.EndsWith($".{roles.Leader}", (string)round["paxos.ballot"]!, StringComparison.Ordinal);
        Assert.IsType<long>(round["paxos.first_slot"]);
        Assert.All(
            trace.Where(span => span.Item.Name is "paxos persist" or "paxos acceptor persist"),
            span => Assert.IsType<long>(span.Item["paxos.write_sequence"]));
        Assert.Equal(
            ["POST /paxos/accept: Accepted", "POST /paxos/forward: Forwarded"],
            trace.Where(span => span.Item.Kind == OtlpSpanKind.Client)
                .Select(span => $"{span.Item.Name}: {span.Item["paxos.reply"]}")
                .Distinct()
                .Order());
    }

    [Theory]
    [InlineData(OtlpReceiver.Grpc)]
    [InlineData(OtlpReceiver.Http)]
    public async Task A_round_of_several_writes_is_a_trace_of_its_own_with_a_link_to_each(string protocol)
    {
        const int writes = 8;
        var cluster = await clusters.WithAsync(protocol);
        var roles = await cluster.RolesAsync();
        var clients = Enumerable.Range(0, writes).Select(_ => new ClientTrace()).ToArray();

        // While the first rounds wait for their disks, the other writes wait for a round.
        foreach (var name in cluster.Nodes.Names) await cluster.PutAsync(name, "/v1/faults", new(recorded: false), """{"diskDelayMs":500}""");
        await Task.WhenAll(clients.Select(client => cluster.PutAsync(roles.Leader, $"/v1/kv/{client.Id}", client)));
        foreach (var name in cluster.Nodes.Names) await cluster.PutAsync(name, "/v1/faults", new(recorded: false), """{"diskDelayMs":0}""");

        Received<OtlpSpan>[] requests = [], rounds = [];
        await Eventually.HoldsAsync(
            () =>
            {
                requests = [.. clients.SelectMany(client => cluster.SpansOf(client).Where(span => span.Item.Parent == client.Span))];
                var ids = requests.Select(request => request.Item.Id).ToHashSet();
                rounds = [.. cluster.Received.Spans.Where(span =>
                    span.Item.Name == "paxos round" && (ids.Contains(span.Item.Parent) || span.Item.Links.Any(link => ids.Contains(link.Span))))];
                return rounds.Sum(round => (long)round.Item["paxos.commands"]!) == writes;
            },
            () => $"{writes} writes, {requests.Length} seen, are in rounds and not: {string.Join(", ", rounds.Select(round => round.Item["paxos.commands"]))}");

        Assert.Contains(rounds, round => round.Item.Links.Count > 1);
        var caused = new List<(string Trace, string Span)>();
        foreach (var round in rounds.Select(round => round.Item))
        {
            if ((long)round["paxos.commands"]! == 1)
            {
                Assert.Empty(round.Links);
                caused.Add((round.Trace, round.Parent));
                continue;
            }

            Assert.Empty(round.Parent);
            Assert.Equal(round["paxos.commands"], (long)round.Links.Count);
            Assert.DoesNotContain(clients, client => client.Id == round.Trace);
            caused.AddRange(round.Links.Select(link => (link.Trace, link.Span)));
        }

        Assert.Equal(requests.Select(request => (request.Item.Trace, request.Item.Id)).Order(), caused.Order());
    }

    [Theory]
    [InlineData(OtlpReceiver.Grpc)]
    [InlineData(OtlpReceiver.Http)]
    public async Task A_request_that_a_peer_did_not_answer_is_an_error_with_its_type(string protocol)
    {
        var cluster = await clusters.WithAsync(protocol);
        var roles = await cluster.RolesAsync();
        var client = new ClientTrace();

        await cluster.PutAsync(roles.Leader, "/v1/faults", new(recorded: false), $$"""{"cutOff":["{{roles.Third}}"]}""");
        await cluster.PutAsync(roles.Leader, "/v1/kv/traced", client);
        await cluster.PutAsync(roles.Leader, "/v1/faults", new(recorded: false), """{"cutOff":[]}""");

        OtlpSpan[] calls = [];
        await Eventually.HoldsAsync(
            () =>
            {
                calls = [.. cluster.SpansOf(client).Select(span => span.Item).Where(span => Equals(span["paxos.peer"], roles.Third))];
                return calls.Length > 0;
            },
            "the request to the peer that is cut off is there");
        Assert.All(calls, call => Assert.Equal((OtlpStatusCode.Error, "cut_off"), (call.Status?.Code, call["error.type"])));
    }

    [Theory]
    [InlineData(OtlpReceiver.Grpc)]
    [InlineData(OtlpReceiver.Http)]
    public async Task Of_heartbeats_probes_and_what_its_client_does_not_record_nothing_leaves(string protocol)
    {
        var cluster = await clusters.WithAsync(protocol);
        var roles = await cluster.RolesAsync();
        ClientTrace unrecorded = new(recorded: false), later = new();

        await cluster.PutAsync(roles.Leader, "/v1/kv/unrecorded", unrecorded);
        await cluster.PutAsync(roles.Follower, "/v1/kv/unrecorded", unrecorded);

        // Whatever the first ones caused in a node has left it when all of a later one has.
        await cluster.PutAsync(roles.Follower, "/v1/kv/recorded", later);
        await cluster.TraceIsAsync(later, roles, ThroughAFollower);

        Assert.Empty(cluster.SpansOf(unrecorded));
        Assert.DoesNotContain(cluster.Received.Spans, span => span.Item.Links.Any(link => link.Trace == unrecorded.Id));
        Assert.DoesNotContain(
            cluster.Received.Spans, span => span.Item["url.path"] is "/paxos/heartbeat" or "/health/ready" or "/health/live" or "/alive");
        Assert.Equal(["AspirePaxos"], cluster.Received.Spans.Select(span => span.Scope?.Name).Distinct());
    }
}
