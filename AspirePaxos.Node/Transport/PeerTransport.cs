using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using AspirePaxos.Node.Telemetry;
using AspirePaxos.Protocol;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace AspirePaxos.Node.Transport;

/// <summary>
/// Sends requests to peers, each once: nothing is retried here, since the protocol itself sends again what matters. Each request ends
/// as one input of the loop, a reply or <see cref="LoopInput.Undelivered"/>.
/// </summary>
internal sealed class PeerTransport : IDisposable
{
    private readonly NodeOptions options;
    private readonly LoopInbox inbox;
    private readonly NodeMeter meter;
    private readonly ILogger<PeerTransport> logger;
    private readonly InjectedFaults? faults;
    private readonly Dictionary<NodeId, PeerRoute> routes;
    private readonly PeerLane heartbeats, urgent, bulk, forwards;
    private OutgoingBody? lastBody;

    /// <param name="discover">Wraps a handler so that it finds <c>http://node1</c>.</param>
    /// <param name="faults">Null where none can be injected.</param>
    public PeerTransport(
        NodeOptions options, LoopInbox inbox, NodeMeter meter, ILogger<PeerTransport> logger, Func<HttpMessageHandler, HttpMessageHandler> discover,
        InjectedFaults? faults = null)
    {
        this.options = options;
        this.inbox = inbox;
        this.meter = meter;
        this.logger = logger;
        this.faults = faults;

        // Connections of their own, so that a heartbeat never waits behind anything else (rule 11).
        var soon = TimeSpan.FromMilliseconds(Math.Min(options.PeerTimeout, 2 * options.ElectionTimeout));
        heartbeats = new PeerLane(discover, maxInFlight: 16, soon);
        urgent = new PeerLane(discover, maxInFlight: 16, soon);
        bulk = new PeerLane(discover, maxInFlight: 32, TimeSpan.FromMilliseconds(options.PeerTimeout));
        forwards = new PeerLane(discover, maxInFlight: 64, TimeSpan.FromMilliseconds(options.RequestTimeout));
        routes = options.Members.Where(member => member != options.Self).ToDictionary(member => member, member => new PeerRoute(member, forwards.Timeout));
    }

    /// <summary>Peers that the last message to them found; safe from any thread.</summary>
    public int Reachable => routes.Values.Count(route => route.IsReachable);

    /// <summary>On the loop's thread; returns at once.</summary>
    /// <param name="span">Of this exchange, null where it is not traced; ended here.</param>
    public void Send(Envelope request, Activity? span)
    {
        var route = routes[request.To.Node];
        var lane = LaneOf(request.Message);
        var cutOff = faults?.CutsOff(route.Node) == true;
        if (cutOff || !lane.TryEnter(route.Node))
        {
            End(request, span, null, cutOff ? "cut_off" : "refused", TimeSpan.Zero);
            inbox.Post(new LoopInput.Undelivered(request, false));
            return;
        }

        // The same message to several peers is serialized once.
        if (lastBody?.Serves(request) != true) lastBody = new OutgoingBody(request);
        var sending = new Sending(lane, route, request, lastBody, span);
        if (IsSmall(request.Message)) _ = SendAsync(sending);
        else ThreadPool.UnsafeQueueUserWorkItem(static due => _ = due.Transport.SendAsync(due.Sending), (Transport: this, Sending: sending), preferLocal: false);
    }

    public void Dispose()
    {
        heartbeats.Dispose();
        urgent.Dispose();
        bulk.Dispose();
        forwards.Dispose();
    }

    private PeerLane LaneOf(Message message) => message switch
    {
        Prepare or Accept or Learn or LearnQuery or SnapshotQuery or RecoverQuery => bulk,
        Forward => forwards,
        Heartbeat => heartbeats,
        _ => urgent,
    };

    /// <summary>
    /// Whether it leaves on the loop's own thread: up to the bytes on an open connection it needs none of the thread pool, however busy that
    /// is, which a heartbeat counts on, and a lone write saves the way through it.
    /// </summary>
    private static bool IsSmall(Message message)
    {
        var bytes = 0;
        switch (message)
        {
            case Accept accept:
                foreach (var command in accept.Commands) bytes += command.Bytes.Length;
                break;
            case Forward forward:
                foreach (var command in forward.Commands) bytes += command.Command.Length;
                break;
            case Learn learn:
                foreach (var entry in learn.Entries) bytes += entry.Command.Bytes.Length;
                break;
        }

        return bytes <= SharedThreads.SmallBytes;
    }

    private async Task SendAsync(Sending sending)
    {
        var (lane, route, request, body, span) = sending;
        var started = Stopwatch.GetTimestamp();
        Envelope? reply = null;
        var (outcome, refused, unreachable) = ("failed", false, false);
        PeerContent? content = null;
        try
        {
            content = new PeerContent(request.To, body);
            reply = await ExchangeAsync(lane, route, request, content, span);
            if (reply is null) (outcome, refused) = ("rejected", true);
            else if (faults?.CutsOff(route.Node) == true) (reply, outcome) = (null, "cut_off");
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            (outcome, unreachable) = ("refused", e.HttpRequestError == HttpRequestError.ConnectionError);
        }
        catch (SocketException)
        {
            // The client does not wrap it where the connection was reset in the moment it was made.
            (outcome, unreachable) = ("refused", true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            unreachable = true; // The connection was reset while the peer had the request.
        }
        catch (BrokenCircuitException)
        {
            outcome = "circuit_open";
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutRejectedException)
        {
            outcome = "timeout";
        }
        catch (MalformedMessageException e)
        {
            PeerLog.Malformed(logger, route.Node, e.Message);
        }
        catch (Exception e) when (content?.Begun != true)
        {
            // No address is known for the name.
            outcome = "refused";
            PeerLog.NoAddress(logger, route.Node, e.Message);
        }
        catch (Exception e)
        {
            PeerLog.Failed(logger, route.Node, e);
        }

        // What began to be sent may have had its effect, whatever went wrong then.
        var delivered = content?.Begun == true && !refused;
        lane.Leave(route.Node);
        End(request, span, reply, outcome, Stopwatch.GetElapsedTime(started));
        if (route.Heard(reply is not null || (delivered && !unreachable)) is { } reachable) PeerLog.Reachable(logger, route.Node, reachable ? "reachable" : "unreachable");
        if (reply is { Message: Refused } && request.Message is Forward)
        {
            // No proposer took its commands, so that they may go elsewhere. What the refusal says, other messages are told as well.
            inbox.Post(new LoopInput.Undelivered(request, false));
            return;
        }

        if (reply is not null)
        {
            inbox.Post(new LoopInput.Replied(request, reply));
            return;
        }

        if (unreachable) inbox.Post(new LoopInput.Unreachable(route.Node));
        inbox.Post(new LoopInput.Undelivered(request, delivered));
    }

    private async Task<Envelope?> ExchangeAsync(PeerLane lane, PeerRoute route, Envelope request, PeerContent content, Activity? span)
    {
        if (request.Message is Forward)
        {
            return await route.Forwarding.ExecuteAsync(
                static (call, stop) => new ValueTask<Envelope?>(call.Transport.PostAsync(call.Lane, call.Route, call.Request, call.Content, call.Span, stop)),
                (Transport: this, Lane: lane, Route: route, Request: request, Content: content, Span: span),
                CancellationToken.None);
        }

        using var deadline = new CancellationTokenSource(lane.Timeout);
        return await PostAsync(lane, route, request, content, span, deadline.Token);
    }

    /// <returns>Null where the peer refused without looking at the message: it had no effect.</returns>
    private async Task<Envelope?> PostAsync(PeerLane lane, PeerRoute route, Envelope request, PeerContent content, Activity? span, CancellationToken stop)
    {
        using var post = new HttpRequestMessage(HttpMethod.Post, route.Address(request.Message)) { Content = content };
        if (options.ClusterSecret is { Length: > 0 } secret) post.Headers.TryAddWithoutValidation(PeerSecret.Header, secret);
        if (span is not null) post.Headers.TryAddWithoutValidation("traceparent", span.Id);
        using var response = await lane.Invoker.SendAsync(post, stop);
        var answer = await PeerContent.ReadAsync(response.Content, options.MaxPeerBody, stop);
        var status = (int)response.StatusCode;
        span?.SetTag("http.response.status_code", status);
        if (status == StatusCodes.Status200OK) return PeerJsonReader.ReadReply(answer);
        if (status == StatusCodes.Status409Conflict) return PeerJsonReader.ReadReply(PeerProblem.EnvelopeIn(answer));
        if (status >= 500) throw new OperationCanceledException($"{route.Node} answered {status}.");
        PeerLog.Rejected(logger, route.Node, request.Message.GetType().Name, status);
        return null;
    }

    private void End(Envelope request, Activity? span, Envelope? reply, string outcome, TimeSpan duration)
    {
        RoundTracer.EndPeerCall(span, reply?.Message as Reply, outcome);
        meter.PeerAnswered(request.To.Node, request.Message.GetType().Name, reply?.Message.GetType().Name ?? outcome, duration);
    }

    private readonly record struct Sending(PeerLane Lane, PeerRoute Route, Envelope Request, OutgoingBody Body, Activity? Span);
}
