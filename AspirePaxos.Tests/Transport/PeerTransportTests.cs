using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using AspirePaxos.Node;
using AspirePaxos.Node.Telemetry;
using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AspirePaxos.Tests.Transport;

/// <summary>How a request ends at the sender, told by what became of it on a real connection.</summary>
public sealed class PeerTransportTests : IAsyncDisposable
{
    private static readonly Identity Self = new(new NodeId("node0"), 1, 1), Peer = new(new NodeId("node1"), 2, 1);

    private static readonly Envelope Forwarding =
        new(Self, Peer, "cluster", Mode.Multi, new Forward(0, [new ForwardedCommand(7, "{\"op\":\"noop\"}"u8.ToArray())]));

    private readonly LoopInbox inbox = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private WebApplication? peer;

    public async ValueTask DisposeAsync()
    {
        if (peer is not null) await peer.DisposeAsync();
        await services.DisposeAsync();
    }

    [Fact]
    public async Task A_forward_that_is_refused_was_not_delivered()
    {
        var refusal = new Refused(RefusalReason.Cluster, "another cluster");
        var address = await PeerAsync(context => PeerProblem.WriteAsync(context, new Envelope(Peer, Self, "cluster", Mode.Multi, refusal), refusal));

        Assert.False(Undelivered(Forwarding, address).Delivered);
    }

    [Fact]
    public async Task Another_message_that_is_refused_is_answered_by_the_refusal()
    {
        var refusal = new Refused(RefusalReason.Cluster, "another cluster");
        var address = await PeerAsync(context => PeerProblem.WriteAsync(context, new Envelope(Peer, Self, "cluster", Mode.Multi, refusal), refusal));

        Assert.Equal(refusal, Assert.IsType<LoopInput.Replied>(End(Forwarding with { Message = new LearnQuery(1, 1) }, address)).Reply.Message);
    }

    [Fact]
    public async Task What_a_peer_had_when_something_unforeseen_happened_may_have_had_its_effect()
    {
        var address = await PeerAsync(context => context.Response.WriteAsync("{}"));

        Assert.True(Undelivered(Forwarding, address, after: () => throw new NotSupportedException("unforeseen")).Delivered);
    }

    [Fact]
    public async Task What_a_peer_answered_with_an_error_may_have_had_its_effect()
    {
        var address = await PeerAsync(context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });

        Assert.True(Undelivered(Forwarding, address).Delivered);
    }

    [Fact]
    public void Without_an_address_nothing_was_delivered() =>
        Assert.False(Undelivered(Forwarding, new Uri("http://127.0.0.1:1"), before: () => throw new InvalidOperationException("no endpoint")).Delivered);

    [Fact]
    public void What_nobody_listens_for_was_not_delivered_and_the_peer_is_unreachable()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // Bound, and not listening: connections are refused.
        using var transport = Transport(new Uri($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}"), null, null);
        transport.Send(Forwarding, null);

        Assert.Equal(Peer.Node, Assert.IsType<LoopInput.Unreachable>(Next()).Node);
        Assert.False(Assert.IsType<LoopInput.Undelivered>(Next()).Delivered);
    }

    [Fact]
    public void A_connection_reset_as_it_is_made_tells_that_the_peer_is_unreachable()
    {
        using var transport = Transport(new Uri("http://127.0.0.1:1"), () => throw new SocketException((int)SocketError.NotConnected), null);
        transport.Send(Forwarding, null);

        Assert.Equal(Peer.Node, Assert.IsType<LoopInput.Unreachable>(Next()).Node);
        Assert.False(Assert.IsType<LoopInput.Undelivered>(Next()).Delivered);
    }

    /// <remarks>Large bodies are serialized elsewhere, so that they do not keep the loop from its work.</remarks>
    [Theory]
    [InlineData(SharedThreads.SmallBytes, true)]
    [InlineData(SharedThreads.SmallBytes + 1, false)]
    public void What_is_small_leaves_on_the_thread_that_sends_it(int bytes, bool here)
    {
        var sender = Environment.CurrentManagedThreadId;
        Message[] messages =
        [
            new Accept(new Ballot(1, Self.Node), 1, [new Command(new byte[bytes])], 0),
            new Forward(0, [new ForwardedCommand(7, new byte[bytes])]),
            new Learn([new LearnedCommand(1, new Ballot(1, Self.Node), new Command(new byte[bytes]))]),
        ];

        foreach (var message in messages)
        {
            var thread = 0;
            End(Forwarding with { Message = message }, new Uri("http://127.0.0.1:1"), before: () =>
            {
                thread = Environment.CurrentManagedThreadId;
                throw new InvalidOperationException("seen");
            });

            Assert.NotEqual(0, thread);
            Assert.Equal(here, thread == sender);
        }
    }

    private LoopInput.Undelivered Undelivered(Envelope request, Uri address, Action? before = null, Action? after = null) =>
        Assert.IsType<LoopInput.Undelivered>(End(request, address, before, after));

    private LoopInput End(Envelope request, Uri address, Action? before = null, Action? after = null)
    {
        using var transport = Transport(address, before, after);
        transport.Send(request, null);
        return Next();
    }

    private LoopInput Next()
    {
        inbox.Wait();
        Assert.True(inbox.TryTake(out var input));
        return input;
    }

    private PeerTransport Transport(Uri address, Action? before, Action? after)
    {
        var options = new NodeOptions { NodeId = Self.Node.Name, Replicas = $"{Self.Node},{Peer.Node}" };
        var meter = new NodeMeter(services.GetRequiredService<IMeterFactory>(), Self.Node, TimeProvider.System);
        return new PeerTransport(options, inbox, meter, NullLogger<PeerTransport>.Instance, inner => new Way(inner, address, before, after));
    }

    private async Task<Uri> PeerAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        peer = builder.Build();
        peer.Urls.Add("http://127.0.0.1:0");
        peer.MapPost("/paxos/{name}", async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            await answer(context);
        });
        await peer.StartAsync();
        return new Uri(peer.Urls.First());
    }

    private sealed class Way(HttpMessageHandler inner, Uri address, Action? before, Action? after) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            before?.Invoke();
            request.RequestUri = new Uri(address, request.RequestUri!.AbsolutePath);
            var response = await base.SendAsync(request, cancellationToken);
            after?.Invoke();
            return response;
        }
    }
}
