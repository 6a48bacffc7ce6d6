using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AspirePaxos.KeyValue;
using AspirePaxos.Node;
using AspirePaxos.Node.Telemetry;
using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;
using AspirePaxos.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AspirePaxos.Tests.Transport;

/// <summary>A failure that the loop cannot go on after.</summary>
public sealed class ReplicaLoopFailureTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DataFolder folder = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly LoopInbox inbox = new();
    private readonly BlockingCollection<int> ends = [];

    public void Dispose()
    {
        services.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void The_process_ends_although_the_logger_never_returns()
    {
        using var stuck = new StuckLogger();
        using var transport = Transport();
        using var loop = Loop(transport, stuck);

        inbox.Post(new LoopInput.Inspect((_, _) => throw new InvalidOperationException("a broken invariant")));

        var ended = ends.TryTake(out var code, Limit);
        stuck.Release();
        Assert.True(ended);
        Assert.Equal(ProcessEnd.Unsafe, code);
    }

    [Fact]
    public async Task Requests_that_wait_end_and_later_ones_are_not_taken()
    {
        using var transport = Transport();
        using var loop = Loop(transport, NullLogger<ReplicaLoop>.Instance);
        var waiting = loop.WriteAsync(new NoOp().Encode(), default);

        inbox.Post(new LoopInput.Inspect((_, _) => throw new InvalidOperationException("a broken invariant")));

        Assert.Equal(OutcomeKind.Unknown, (await waiting.AsTask().WaitAsync(Limit)).Kind);
        Assert.Equal(OutcomeKind.NotProposed, (await loop.WriteAsync(new NoOp().Encode(), default)).Kind);
        Assert.Equal(ProcessEnd.Unsafe, ends.Take());
    }

    private PeerTransport Transport() =>
        new(folder.Options(), inbox, Meter(), NullLogger<PeerTransport>.Instance, inner => inner);

    private NodeMeter Meter() => new(services.GetRequiredService<IMeterFactory>(), new NodeId("node0"), TimeProvider.System);

    private ReplicaLoop Loop(PeerTransport transport, ILogger<ReplicaLoop> logger)
    {
        var tracer = new RoundTracer(new NodeId("node0"), Mode.Multi, 0, TimeProvider.System);
        var loop = new ReplicaLoop(folder.Options(), inbox, new Exchanges(), transport, tracer, Meter(), logger, ends.Add);
        loop.Start();
        return loop;
    }

    private sealed class StuckLogger : ILogger<ReplicaLoop>, IDisposable
    {
        private readonly ManualResetEventSlim released = new();

        public void Release() => released.Set();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => released.Wait();

        public void Dispose() => released.Dispose();
    }
}
