using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using Microsoft.AspNetCore.Http.Features;

namespace AspirePaxos.Node.Transport;

/// <summary>Where peers' requests come in: <c>/paxos/…</c>.</summary>
internal sealed class PeerEndpoints(
    NodeOptions options, LoopInbox inbox, Exchanges exchanges, PeerConnections connections, InjectedFaults? faults = null)
{
    private readonly PeerSecret secret = new(options.ClusterSecret);
    private readonly HashSet<NodeId> members = [.. options.Members];

    public void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/paxos").ExcludeFromDescription().DisableHttpMetrics();
        foreach (var name in MessageNames.Requests) group.MapPost("/" + name, (HttpContext context) => ReceiveAsync(context, name));
        group.MapGet("/learn", LearnAsync);
    }

    private async Task ReceiveAsync(HttpContext context, string name)
    {
        if (!await AdmitAsync(context)) return;
        Envelope request;
        try
        {
            if (await ReadBodyAsync(context) is not { } body) return;
            request = PeerJsonReader.ReadRequest(name, body);
            if (request.Message is Forward forward) CheckCommands(forward);
        }
        catch (MalformedMessageException e)
        {
            await PeerProblem.WriteAsync(context, StatusCodes.Status400BadRequest, "malformed", "Not a message", e.Message);
            return;
        }

        if (faults?.CutsOff(request.From.Node) == true)
        {
            await SayNothingAsync(context);
            return;
        }

        if (request.Message is Heartbeat && request.From.Node != options.Self && members.Contains(request.From.Node)) connections.Mark(context, request.From.Node);
        await AnswerAsync(context, request);
    }

    private async Task AnswerAsync(HttpContext context, Envelope request)
    {
        var (token, answer) = exchanges.Begin();
        try
        {
            inbox.Post(new LoopInput.Receive(request with { Token = token }, Activity.Current?.Context ?? default));
            var limit = request.Message is Forward or ReadIndexQuery ? options.RequestTimeout + 1_000 : options.PeerTimeout;
            var reply = await answer.WaitAsync(TimeSpan.FromMilliseconds(limit), context.RequestAborted);
            if (faults?.CutsOff(request.From.Node) == true)
            {
                await SayNothingAsync(context);
                return;
            }

            if (reply.Message is Refused refused)
            {
                await PeerProblem.WriteAsync(context, reply, refused);
                return;
            }

            var body = PeerJsonWriter.Write(reply);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = body.Length;
            await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
        }
        catch (TimeoutException)
        {
            Abandon(token);
            await PeerProblem.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "no-answer", "No answer in time", "The replica has not answered; the protocol sends again.");
        }
        catch (OperationCanceledException)
        {
            Abandon(token); // The peer has gone away.
        }
    }

    /// <summary>To the peer as good as silence: it learns nothing about what became of its message.</summary>
    private static Task SayNothingAsync(HttpContext context) => PeerProblem.WriteAsync(
        context, StatusCodes.Status503ServiceUnavailable, "cut-off", "No answer", "This replica is cut off by an injected fault.");

    private void Abandon(long token)
    {
        exchanges.Forget(token);
        inbox.Post(new LoopInput.Abandoned(token));
    }

    /// <summary>What was learned, for tools: <c>?from=1&amp;limit=100</c>.</summary>
    private async Task LearnAsync(HttpContext context, ReplicaLoop loop)
    {
        if (!await AdmitAsync(context, hasBody: false)) return;
        if (!TryRead(context, "from", 1, PeerJsonValues.MaxNumber, out var from) || !TryRead(context, "limit", 100, 1_000, out var limit))
        {
            await PeerProblem.WriteAsync(context, StatusCodes.Status400BadRequest, "malformed", "Not a range", "from is a slot, from 1; limit lies between 1 and 1000.");
            return;
        }

        var reply = await loop.InspectAsync((replica, _) =>
        {
            var entries = new List<LearnedCommand>();
            for (var slot = from; slot < from + limit && slot <= replica.CommitIndex && replica.Record(slot) is { } record; slot++)
            {
                entries.Add(new LearnedCommand(slot, record.Ballot, record.Command));
            }

            var self = replica.Options.Self;
            return new Envelope(self, self, replica.ClusterId, options.Mode, new LearnReply(entries, replica.CommitIndex, replica.TruncatedThrough));
        });
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync(PeerJsonWriter.Write(reply), context.RequestAborted);
    }

    private async Task<bool> AdmitAsync(HttpContext context, bool hasBody = true)
    {
        if (!secret.Admits(context.Request))
        {
            await PeerProblem.WriteAsync(context, StatusCodes.Status401Unauthorized, "secret", "Not a replica of this cluster", $"The header {PeerSecret.Header} must carry the cluster's secret.");
            return false;
        }

        // A web page can send any other type to a loopback address without asking.
        if (hasBody && context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            await PeerProblem.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, "media-type", "Not JSON", "Messages between replicas have Content-Type: application/json.");
            return false;
        }

        return true;
    }

    /// <returns>Null where the refusal was written.</returns>
    private async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength is not { } length)
        {
            await PeerProblem.WriteAsync(context, StatusCodes.Status411LengthRequired, "length", "No Content-Length", "Messages between replicas state their length.");
            return null;
        }

        if (length > options.MaxPeerBody)
        {
            await PeerProblem.WriteAsync(
                context, StatusCodes.Status413PayloadTooLarge, "too-large", "The message is too large", $"A message has at most {options.MaxPeerBody} bytes, this one {length}.");
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature) feature.MaxRequestBodySize = options.MaxPeerBody;
        var body = new byte[length];
        try
        {
            await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
        }
        catch (EndOfStreamException e)
        {
            throw new MalformedMessageException("The body ends early.", e);
        }

        if (length > SharedThreads.SmallBytes) await SharedThreads.Leave();

        return body;
    }

    /// <summary>What is proposed is applied on every replica: a command that none can read must not get that far.</summary>
    private static void CheckCommands(Forward forward)
    {
        foreach (var (_, command) in forward.Commands)
        {
            try
            {
                StoreCommand.Decode(command);
            }
            catch (JsonException e)
            {
                throw new MalformedMessageException($"A forwarded command is none: {e.Message}", e);
            }
        }
    }

    private static bool TryRead(HttpContext context, string name, long unset, long most, out long value)
    {
        value = unset;
        var texts = context.Request.Query[name];

        // TryParse passes over NULs behind a number.
        return texts.Count == 0
            || (texts is [{ } text] && !text.EndsWith('\0') && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1 && value <= most);
    }
}

internal static class PeerEndpointsExtensions
{
    /// <summary>Maps <c>/paxos/…</c>, where the other replicas speak to this one.</summary>
    public static void MapPeerEndpoints(this WebApplication app) => app.Services.GetRequiredService<PeerEndpoints>().Map(app);
}
