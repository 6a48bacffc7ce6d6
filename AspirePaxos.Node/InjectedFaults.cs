using System.Collections.Frozen;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node;

/// <summary>
/// What a person or a test makes this node suffer: a loop that stands still, a disk that is slow, peers that cannot be reached. Exists only
/// where <see cref="NodeOptions.EnableFaultEndpoints"/> is on. Safe from any thread.
/// </summary>
internal sealed class InjectedFaults
{
    private readonly object gate = new();
    private volatile FrozenSet<NodeId> cutOff = [];
    private long pausedUntil;
    private int diskDelay;

    public FaultState State
    {
        get
        {
            lock (gate) return new((int)Math.Max(0, pausedUntil - Environment.TickCount64), diskDelay, [.. cutOff.Order()]);
        }
    }

    /// <summary>Null leaves a fault as it is; zero or nothing ends it.</summary>
    /// <param name="pause">Milliseconds from now on, whatever is left of an earlier pause.</param>
    /// <param name="delay">Milliseconds.</param>
    public void Set(int? pause, int? delay, IReadOnlyList<NodeId>? peers)
    {
        lock (gate)
        {
            if (pause is { } paused) pausedUntil = paused == 0 ? 0 : Environment.TickCount64 + paused;
            if (delay is { } waits) diskDelay = waits;
            if (peers is not null) cutOff = peers.ToFrozenSet();
            Monitor.PulseAll(gate);
        }
    }

    public void Heal() => Set(0, 0, []);

    /// <summary>No message goes to this peer, and none of its messages is taken.</summary>
    public bool CutsOff(NodeId peer) => cutOff.Contains(peer);

    /// <summary>Blocks the loop's thread for the pause.</summary>
    public void StandStill()
    {
        lock (gate)
        {
            while (pausedUntil - Environment.TickCount64 is > 0 and var left) Monitor.Wait(gate, (int)left);
        }
    }

    /// <summary>Blocks the storage's thread, before each commit.</summary>
    public void WaitForDisk()
    {
        var since = Environment.TickCount64;
        lock (gate)
        {
            while (since + diskDelay - Environment.TickCount64 is > 0 and var left) Monitor.Wait(gate, (int)left);
        }
    }
}

/// <param name="PausedMs">What is left of the pause.</param>
/// <param name="DiskDelayMs">By which each commit to disk is longer.</param>
internal sealed record FaultState(int PausedMs, int DiskDelayMs, IReadOnlyList<NodeId> CutOff);
