using System.Text;
using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;
using AspirePaxos.Tests.Api;
using AspirePaxos.Tests.Generators;

namespace AspirePaxos.Tests.Fuzzing;

/// <summary>
/// Garbage over real sockets to whole nodes: it is refused with problem details, nothing that was refused is chosen, no node fails or
/// logs an error, and the cluster goes on.
/// </summary>
public sealed class RequestFuzzTests(WatchedNodes nodes) : IClassFixture<WatchedNodes>, IAsyncLifetime
{
    private const int Cases = 600;

    /// <summary>Refusals that the store makes: the command was chosen, and changed nothing.</summary>
    private static readonly string[] chosenRefusals = ["condition-failed", "no-such-key", "idempotency-key-reused"];

    private readonly InProcessCluster cluster = nodes.Cluster;
    private LogEnd end;

    public async ValueTask InitializeAsync() => end = await EndAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Requests_of_clients()
    {
        var count = await Fuzz.RunAsync(Cases, random => (Node: (int)random.Between(0, 3), Request: RequestDamage.Of(random)), drawn => drawn.Request.Bytes(), async drawn =>
        {
            var answer = await RawAnswer.ToAsync(nodes.Port(drawn.Node), drawn.Request);
            return await IsTakenAsync(drawn.Request, answer);
        });

        count.IsMixed(Cases / 5);
        await nodes.GoesOnAsync();
    }

    [Fact]
    public async Task Messages_of_strangers_and_malformed_ones_of_members()
    {
        var before = Enumerable.Range(0, 3).Select(node => cluster.Status(node).Promised).Max();
        var count = await Fuzz.RunAsync(Cases, MessageTo, drawn => drawn.Request.Bytes(), async drawn =>
        {
            var answer = await RawAnswer.ToAsync(nodes.Port(drawn.Node), drawn.Request);
            if (drawn.Expected is { } expected) Assert.Equal((expected, true), (answer.Status, answer.IsProblem));
            return await IsTakenAsync(drawn.Request, answer);
        });

        Assert.True(count.Refused > Cases / 2, $"{count}");
        Assert.All(Enumerable.Range(0, 3), node => Assert.True(cluster.Status(node).Promised.Number < before.Number + 100));
        await nodes.GoesOnAsync();
    }

    /// <summary>A message to a random node: of a stranger, or of a member and then damaged so that it is none.</summary>
    private (int Node, RawRequest Request, int? Expected) MessageTo(Prng random)
    {
        var (from, to) = ((int)random.Between(0, 3), (int)random.Between(0, 3));
        var message = AnyMessage.Envelope.Drawn(random.Next());
        var member = random.OneIn(2);
        if (member) message = message with { From = cluster.Status(from).Self, To = cluster.Status(to).Self, ClusterId = cluster.Status(to).ClusterId, Mode = Mode.Multi };
        var name = message.Message is Request && !random.OneIn(8) ? MessageNames.Of(message.Message) : JsonDamage.Pick(MessageNames.Requests, random)!;
        var body = JsonDamage.Of(PeerJsonWriter.Write(message), random);
        var malformed = IsMalformed(name, body);
        if (member && !malformed) (body, malformed) = ([.. body, (byte)'x'], true);

        var request = new RawRequest("POST", "/paxos/" + name, body);
        switch (random.Between(0, 12))
        {
            case 0: return (to, request.With("Content-Type", "application/json"), 401);
            case 1: return (to, request.With("Content-Type", "application/json").With(PeerSecret.Header, "guess"), 401);
            case 2: return (to, request.With("Content-Type", "application/json").With(PeerSecret.Header, InProcessCluster.Secret).With(PeerSecret.Header, "x"), 401);
            case 3: return (to, request.With("Content-Type", "text/plain").With(PeerSecret.Header, InProcessCluster.Secret), 415);
            case 4:
                request.Chunked = true;
                return (to, request.With("Content-Type", "application/json").With(PeerSecret.Header, InProcessCluster.Secret), 411);
            default: return (to, request.With("Content-Type", "application/json; charset=utf-8").With(PeerSecret.Header, InProcessCluster.Secret), malformed ? 400 : null);
        }
    }

    private static bool IsMalformed(string name, byte[] body)
    {
        try
        {
            PeerJsonReader.ReadRequest(name, body);
            return false;
        }
        catch (MalformedMessageException)
        {
            return true;
        }
    }

    private async Task<bool> IsTakenAsync(RawRequest request, RawAnswer answer)
    {
        var problem = nodes.AssertNoFailure(request, answer);
        var described = $"{answer.Status} {Encoding.UTF8.GetString(answer.Body)}";
        Assert.NotEqual(0, answer.Status);
        if (answer.Status >= 400) Assert.True(answer.IsProblem && (problem.Length > 0 || request.Method == "HEAD"), described);

        var now = await EndAsync();
        if (answer.Status is >= 400 and < 500)
        {
            Assert.True(end.Revision == now.Revision, described);
            if (!chosenRefusals.Contains(problem)) Assert.True(end.Commands == now.Commands, described);
        }

        end = now;
        return answer.Status is >= 200 and < 400;
    }

    /// <summary>Of the node that is furthest, so of the leader. Fillers do not count: any election makes some.</summary>
    private async Task<LogEnd> EndAsync()
    {
        var furthest = default(LogEnd);
        for (var node = 0; node < 3; node++)
        {
            var known = end;
            var now = await cluster.Loop(node).InspectAsync((replica, store) =>
            {
                var commands = known.Commands;
                for (var slot = known.Slot + 1; slot <= replica.LastSlot; slot++)
                    if (replica.Record(slot) is { } record) commands += Batch.Decode(record.Command).Commands.Count;
                return new LogEnd(Math.Max(known.Slot, replica.LastSlot), commands, store.Position.Revision);
            });
            furthest = new LogEnd(Math.Max(furthest.Slot, now.Slot), Math.Max(furthest.Commands, now.Commands), Math.Max(furthest.Revision, now.Revision));
        }

        return furthest;
    }

    private readonly record struct LogEnd(long Slot, int Commands, long Revision);
}
