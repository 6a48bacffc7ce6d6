using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>What is simulated around a host: its clock, whether it is paused, how fast its disk is.</summary>
internal sealed class Machine(Host host, long clockOffset, double clockRate)
{
    public Host Host { get; } = host;

    public bool Paused { get; set; }

    /// <summary>What came in during a pause, handled when it ends.</summary>
    public Queue<(Process Process, Action Input)> Inbox { get; } = new();

    /// <summary>Microseconds on top of the usual time of a sync.</summary>
    public long DiskDelay { get; set; }

    /// <summary>Changes with each process, so that the end of an old one's sync means nothing.</summary>
    public Process? Syncing { get; set; }

    /// <summary>Milliseconds of this machine's monotonic clock.</summary>
    public long Clock(long now) => clockOffset + (long)(now * clockRate / 1000);
}
