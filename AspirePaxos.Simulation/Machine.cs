using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>What is simulated around a host: its clock, whether it is paused, how its disk behaves.</summary>
internal sealed class Machine(Host host, long clockOffset, double clockRate)
{
    private long offset = clockOffset;
    private long since;

    public Host Host { get; } = host;

    public bool Paused { get; set; }

    /// <summary>What came in during a pause, handled when it ends.</summary>
    public Queue<(Process Process, Action Input)> Inbox { get; } = new();

    /// <summary>Microseconds on top of the usual time of a sync.</summary>
    public long DiskDelay { get; set; }

    /// <summary>The next sync reports an error.</summary>
    public bool SyncFails { get; set; }

    /// <summary>No space is left: every write fails.</summary>
    public bool DiskFull { get; set; }

    /// <summary>The sync under way; another process's means nothing.</summary>
    public Sync? Syncing { get; set; }

    /// <summary>The next start is in the mode that the rest of the cluster has left, or not yet entered.</summary>
    public bool StartsInWrongMode { get; set; }

    public double ClockRate { get; private set; } = clockRate;

    /// <summary>Milliseconds of this machine's monotonic clock.</summary>
    public long Clock(long now) => offset + (long)((now - since) * ClockRate / 1000);

    /// <summary>The machine was suspended, or its hypervisor thinks so: a clock that advances in suspension goes on further ahead.</summary>
    public void Jump(long milliseconds) => offset += milliseconds;

    /// <summary>From now on it runs faster or slower.</summary>
    public void Drift(long now, double rate)
    {
        offset = Clock(now);
        since = now;
        ClockRate = rate;
    }
}
