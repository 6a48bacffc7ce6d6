using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Transport;

/// <summary>What is refused at the door, over real HTTP; the cluster goes on whatever it was.</summary>
public sealed class PeerEndpointsTests : IAsyncLifetime
{
    private readonly NodesInProcess nodes = new();
    private readonly HttpClient client = new();

    public async ValueTask InitializeAsync()
    {
        await nodes.StartAsync();
        await nodes.LeaderAsync();
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await nodes.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Whoever_does_not_know_the_secret_is_refused_and_nothing_moves()
    {
        var usurper = Envelope(new Prepare(new Ballot(1_000, new NodeId("node1")), 1, 1));
        foreach (var secret in (string?[])[null, "", "wrong", NodesInProcess.Secret + "x"])
        {
            foreach (var name in MessageNames.Requests) await RefusedAsync(HttpStatusCode.Unauthorized, await PostAsync(name, PeerJsonWriter.Write(usurper), secret));
        }

        using var learn = await client.GetAsync(new Uri(nodes.Address("node0"), "/paxos/learn?from=1&limit=10"));
        Assert.Equal(HttpStatusCode.Unauthorized, learn.StatusCode);
        await GoesOnAsync();
        Assert.True(nodes["node0"].Status.Promised.Number < 1_000);
    }

    [Fact]
    public async Task Garbage_is_refused_with_400_on_every_path()
    {
        var bodies = new[] { "", "x", "{}", "[]", "null", "{\"type\":\"noted\"}", new string('[', 10_000), "{\"type\":\"\\u0000\",\"to\":7}", "{\"type\":\"prepare\",\"ballot\":{\"number\":99999999999999999999}}" };
        foreach (var name in MessageNames.Requests)
        {
            foreach (var body in bodies) await RefusedAsync(HttpStatusCode.BadRequest, await PostAsync(name, Encoding.UTF8.GetBytes(body)));
            await RefusedAsync(HttpStatusCode.BadRequest, await PostAsync(name, [0xff, 0xfe, 0x00, (byte)'{']));
        }

        await RefusedAsync(HttpStatusCode.BadRequest, await PostAsync("accept", PeerJsonWriter.Write(Envelope(new Heartbeat(Ballot.None, 0, 0)))));
        await GoesOnAsync();
    }

    [Fact]
    public async Task A_forwarded_command_that_no_replica_could_apply_is_refused_with_400()
    {
        var forward = new Forward(0, [new ForwardedCommand(1, "{\"no\":\"command\"}"u8.ToArray())]);
        foreach (var node in nodes.Running) await RefusedAsync(HttpStatusCode.BadRequest, await PostAsync("forward", PeerJsonWriter.Write(Envelope(forward)), node: node));
        await GoesOnAsync();
    }

    [Fact]
    public async Task Messages_of_others_are_refused_with_409_and_say_why()
    {
        var known = Envelope(new Heartbeat(new Ballot(900, new NodeId("node1")), 0, 1));
        Envelope[] strangers =
        [
            known with { From = new Identity(new NodeId("node9"), 1, 1) },
            known with { From = known.From with { Incarnation = known.From.Incarnation ^ 1 } },
            known with { ClusterId = "another" },
            known with { Mode = Mode.Simple },
            known with { Version = AspirePaxos.Protocol.Envelope.ProtocolVersion + 1 },
        ];
        foreach (var stranger in strangers)
        {
            var problem = await RefusedAsync(HttpStatusCode.Conflict, await PostAsync("heartbeat", PeerJsonWriter.Write(stranger)));
            var reply = PeerJsonReader.ReadReply(PeerProblem.EnvelopeIn(problem));
            Assert.IsType<Refused>(reply.Message);
            Assert.Equal("node0", reply.From.Node.Name);
        }

        await GoesOnAsync();
    }

    [Fact]
    public async Task Too_much_and_the_wrong_type_are_refused()
    {
        await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, await PostAsync("accept", new byte[(16 << 20) + 1]));
        await RefusedAsync(HttpStatusCode.UnsupportedMediaType, await PostAsync("accept", "{}"u8.ToArray(), type: "text/plain"));
        await GoesOnAsync();
    }

    [Fact]
    public async Task A_range_that_is_none_is_refused_with_400()
    {
        foreach (var query in (string[])["?from=0", "?from=-1", "?from=x", "?from=99999999999999999999", "?limit=1001", "?limit=0", "?limit=1%00", "?from=1&from=2"])
        {
            await RefusedAsync(HttpStatusCode.BadRequest, await GetLearnedAsync(query));
        }
    }

    [Fact]
    public async Task What_was_learned_can_be_asked_for()
    {
        Assert.Equal(OutcomeKind.Done, (await nodes.PutAsync("node0", "k", "v")).Kind);

        using var response = await GetLearnedAsync("?from=1&limit=1000");
        var reply = PeerJsonReader.ReadReply(await response.Content.ReadAsByteArrayAsync());

        var learned = Assert.IsType<LearnReply>(reply.Message);
        Assert.Contains(learned.Entries, entry => entry.Command.ToString().Contains("\"k\"", StringComparison.Ordinal));
    }

    private async Task GoesOnAsync()
    {
        Assert.Equal(OutcomeKind.Done, (await nodes.PutAsync("node0", "after", "all")).Kind);
        Assert.Equal("all", await nodes.GetAsync("node2", "after"));
    }

    /// <summary>As node1 would send it to node0.</summary>
    private Envelope Envelope(Request message) =>
        new(nodes["node1"].Status.Self, nodes["node0"].Status.Self, nodes["node0"].Status.ClusterId, Mode.Multi, message);

    private async Task<HttpResponseMessage> PostAsync(
        string name, byte[] body, string? secret = NodesInProcess.Secret, string node = "node0", string type = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(nodes.Address(node), "/paxos/" + name)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.ExpectContinue = body.Length > 1 << 20;
        if (secret is not null) request.Headers.TryAddWithoutValidation(PeerSecret.Header, secret);
        return await client.SendAsync(request);
    }

    private async Task<HttpResponseMessage> GetLearnedAsync(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(nodes.Address("node0"), "/paxos/learn" + query));
        request.Headers.TryAddWithoutValidation(PeerSecret.Header, NodesInProcess.Secret);
        return await client.SendAsync(request);
    }

    private static async Task<byte[]> RefusedAsync(HttpStatusCode status, HttpResponseMessage response)
    {
        using (response)
        {
            Assert.Equal(status, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            var body = await response.Content.ReadAsByteArrayAsync();
            using var problem = JsonDocument.Parse(body);
            Assert.Equal((int)status, problem.RootElement.GetProperty("status").GetInt32());
            Assert.NotEmpty(problem.RootElement.GetProperty("detail").GetString()!);
            return body;
        }
    }
}
