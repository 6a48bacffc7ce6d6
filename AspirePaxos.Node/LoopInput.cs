using System.Diagnostics;
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
    public sealed record Replied(Envelope Request, Envelope Reply) : LoopInput;

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

    /// <summary>Clients wait no longer.</summary>
    public sealed record EndRequests : LoopInput;

    public sealed record Stop : LoopInput;
}

/// <summary>The one way in: many writers, one reader.</summary>
/// <remarks>
/// A plain monitor: whoever posts wakes the loop's own thread, however busy the thread pool is, and nobody spins, since three replicas
/// and their clients may share two processors.
/// </remarks>
internal sealed class LoopInbox
{
    private readonly object gate = new();
    private List<LoopInput> arriving = [];
    private List<LoopInput> taken = [];
    private int next;
    private bool waits, closed;

    /// <summary>False once the loop has stopped.</summary>
    public bool Post(LoopInput input)
    {
        lock (gate)
        {
            if (closed) return false;
            arriving.Add(input);
            if (waits) Monitor.Pulse(gate);
            waits = false;
            return true;
        }
    }

    /// <summary>Nothing to take just now. The loop's thread only.</summary>
    public bool IsEmpty
    {
        get
        {
            if (next < taken.Count) return false;
            lock (gate) return arriving.Count == 0;
        }
    }

    /// <summary>What has arrived and the loop has not begun with; safe from any thread.</summary>
    public int Count
    {
        get
        {
            lock (gate) return arriving.Count;
        }
    }

    /// <summary>The loop's thread only.</summary>
    public bool TryTake(out LoopInput input)
    {
        if (next == taken.Count) Refill();
        var found = next < taken.Count;
        input = found ? taken[next++] : null!;
        return found;
    }

    /// <summary>Blocks the loop's own thread until there is an input, or the inbox is closed.</summary>
    public void Wait()
    {
        if (next < taken.Count) return;
        lock (gate)
        {
            while (arriving.Count == 0 && !closed)
            {
                waits = true;
                Monitor.Wait(gate);
            }
        }
    }

    public void Close()
    {
        lock (gate)
        {
            closed = true;
            Monitor.PulseAll(gate);
        }
    }

    private void Refill()
    {
        taken.Clear();
        next = 0;
        lock (gate) (arriving, taken) = (taken, arriving);
    }
}
