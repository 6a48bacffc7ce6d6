using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AspirePaxos.Node;
using AspirePaxos.Node.Api;
using AspirePaxos.Node.Storage;
using AspirePaxos.Node.Telemetry;
using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;
using AspirePaxos.Tests.Launcher;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AspirePaxos.Tests.Storage;

/// <summary>node0 of a formed cluster on a faulty disk; its peers are the test.</summary>
public sealed class FaultyLoopTests : IDisposable
{
    private const string ClusterId = "c1";

    private readonly DataFolder folder = new();
    private readonly FaultyDisk disk;
    private readonly Identity self;
    private readonly Identity peer = new(new NodeId("node1"), 1, 1);
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly LoopInbox inbox = new();
    private readonly Exchanges exchanges = new();
    private readonly BlockingCollection<int> ends = [];
    private readonly PeerTransport transport;
    private readonly ReplicaLoop loop;

    public FaultyLoopTests()
    {
        using (var database = PaxosDatabase.Open(folder.Options(), out var stored))
        {
            self = stored.Self with { BootCounter = stored.Self.BootCounter + 1 };
            var members = new[] { new Member(self.Node, self.Incarnation), new Member(peer.Node, 1), new Member(new NodeId("node2"), 1) };
            database.Commit([new Write(1, null, [], 0, new ClusterState(ClusterId, members, [new SeenBoot(peer.Node, 1)]))], new AppliedRows());
        }

        disk = new FaultyDisk(folder.Path);
        var meter = new NodeMeter(services.GetRequiredService<IMeterFactory>(), self.Node, TimeProvider.System);
        transport = new PeerTransport(folder.Options(), inbox, meter, NullLogger<PeerTransport>.Instance, inner => inner);
        loop = new ReplicaLoop(
            folder.Options(), inbox, exchanges, transport, new RoundTracer(self.Node, Mode.Multi, 0, TimeProvider.System), meter, NullLogger<ReplicaLoop>.Instance, ends.Add);
        loop.Start();
    }

    public void Dispose()
    {
        loop.Dispose();
        transport.Dispose();
        services.Dispose();
        disk.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_promise_leaves_once_its_sync_has_ended_and_readiness_fails_meanwhile()
    {
        using var released = new ManualResetEventSlim();
        var hanging = new TaskCompletionSource();
        disk.Fault = operation =>
        {
            if (operation.Kind != DiskOperationKind.Sync) return FaultyVfs.Ok;
            hanging.TrySetResult();
            released.Wait();
            return FaultyVfs.Ok;
        };
        var reply = Ask(new Prepare(new Ballot(7, peer.Node), 1, 1));
        await hanging.Task;

        await Eventually.HoldsAsync(() => Readiness.Unreadiness(loop.Status).Any(reason => reason.StartsWith("A write to disk", StringComparison.Ordinal)), "readiness fails");
        Assert.Equal(7, loop.Status.Promised.Number);
        Assert.False(reply.IsCompleted);

        released.Set();
        var promise = Assert.IsType<Promise>((await reply).Message);
        Assert.Equal(7, promise.Ballot.Number);
        await Eventually.HoldsAsync(() => !Readiness.Unreadiness(loop.Status).Any(reason => reason.StartsWith("A write to disk", StringComparison.Ordinal)), "readiness is back");
        Assert.Empty(ends);
    }

    [Theory]
    [InlineData("Sync", FaultyVfs.IoErrorSync)]
    [InlineData("Write", FaultyVfs.Full)]
    public async Task The_process_ends_with_70_and_the_promise_that_could_not_be_kept_is_never_told(string kind, int code)
    {
        disk.Fault = operation => operation.Kind.ToString() == kind ? code : FaultyVfs.Ok;

        var reply = Ask(new Prepare(new Ballot(7, peer.Node), 1, 1));

        await Eventually.HoldsAsync(() => ends.Count > 0, "the process ends");
        Assert.Equal(ProcessEnd.Unsafe, ends.Take());
        disk.Fault = null;
        var operations = disk.Journal.Count;
        loop.Dispose();
        Assert.False(reply.IsCompleted);
        Assert.Equal(operations, disk.Journal.Count);
    }

    private Task<Envelope> Ask(Request request)
    {
        var (token, reply) = exchanges.Begin();
        inbox.Post(new LoopInput.Receive(new Envelope(peer, self, ClusterId, Mode.Multi, request, token), default));
        return reply;
    }
}
