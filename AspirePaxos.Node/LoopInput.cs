using System.Diagnostics;
using System.Threading.Channels;
using AspirePaxos.KeyValue;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node;

/// <summary>What reaches the loop, in the order in which it came.</summary>
internal abstract record LoopInput
{
    private LoopInput()
    {
    }

    public sealed record Propose(ReadOnlyMemory<byte> Command, ActivityContext Client, long Started, TaskCompletionSource<Outcome> Done) : LoopInput;

    /// <param name="Started">Of <see cref="Telemetry.NodeMeter.Start"/>.</param>
    /// <param name="ByLease">Without asking anybody, where this replica holds a lease.</param>
    /// <param name="Answer">Called once on the loop's thread: true where the state may be read.</param>
    public sealed record Read(long Started, bool ByLease, Action<bool, KeyValueStore> Answer) : LoopInput;

    /// <summary>Runs at once, whatever the replica's state.</summary>
    public sealed record Inspect(Action<Replica, KeyValueStore> Question) : LoopInput;

    /// <param name="Sender">This node's server span for the request; default where it is not traced.</param>
    public sealed record Receive(Envelope Request, ActivityContext Sender) : LoopInput;

    /// <summary>Nobody waits for the answer to the request with this token any more.</summary>
    public sealed record Abandoned(long Token) : LoopInput;

    /// <summary>A peer answered.</summary>
    public sealed record Replied(Envelope Reply) : LoopInput;

    public sealed record Undelivered(Envelope Request, bool Delivered) : LoopInput;

    public sealed record Unreachable(NodeId Node) : LoopInput;

    public sealed record Persisted(long First, long Last, DateTime Start, DateTime End) : LoopInput;

    /// <summary>The state on disk is that after this slot.</summary>
    public sealed record StateDurable(long AppliedIndex) : LoopInput;

    /// <param name="File">Null where it could not be written.</param>
    public sealed record SnapshotMade(ServedSnapshot? File) : LoopInput;

    /// <summary>A part that a peer asked for.</summary>
    public sealed record SnapshotRead(Envelope Query, SnapshotId Id, long Offset, ReadOnlyMemory<byte> Data) : LoopInput;

    /// <summary>All parts came, and are sound.</summary>
    public sealed record SnapshotFetched(StoreSnapshot Snapshot, KeyValueStore Store) : LoopInput;

    /// <summary>What was fetched could not be kept or read.</summary>
    public sealed record SnapshotRefused : LoopInput;

    public sealed record Tick : LoopInput;

    public sealed record HandOver : LoopInput;

    public sealed record Stop : LoopInput;
}

/// <summary>The one way in: many writers, one reader.</summary>
internal sealed class LoopInbox
{
    // Synchronous, so that the loop wakes up however busy the thread pool is. All that runs on the poster's thread is the completion
    // of the task that the loop's thread blocks on.
    private readonly Channel<LoopInput> channel = Channel.CreateUnbounded<LoopInput>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });

    /// <summary>False once the loop has stopped.</summary>
    public bool Post(LoopInput input) => channel.Writer.TryWrite(input);

    public bool TryTake(out LoopInput input) => channel.Reader.TryRead(out input!);

    /// <summary>Blocks the loop's own thread until there is an input.</summary>
    public void Wait() => Arrival().GetAwaiter().GetResult();

    /// <summary>Ends on the thread that posts, before Post returns: nothing may be attached to it.</summary>
    internal Task Arrival() => channel.Reader.WaitToReadAsync().AsTask();

    public void Close() => channel.Writer.TryComplete();
}
