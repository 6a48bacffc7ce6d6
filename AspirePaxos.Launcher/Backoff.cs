namespace AspirePaxos.Launcher;

/// <summary>How long to wait before the next start: not at all after a process that had worked, then longer each time, up to a limit.</summary>
internal sealed class Backoff
{
    /// <summary>So many starts in a row that came to nothing deserve a word to the user.</summary>
    public const int NotWorking = 3;

    /// <summary>A process that was up so long is not in a circle of crashes.</summary>
    private static readonly TimeSpan Proven = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private int restarts;

    /// <summary>Ends in a row of a process that never was ready.</summary>
    public int FailedStarts { get; private set; }

    public TimeSpan Next(TimeSpan uptime, bool wasReady)
    {
        if (wasReady && uptime >= Proven) restarts = 0;
        FailedStarts = wasReady ? 0 : FailedStarts + 1;
        var delay = restarts == 0 ? TimeSpan.Zero : First * Math.Pow(2, Math.Min(restarts - 1, 10));
        restarts++;
        return delay < Limit ? delay : Limit;
    }

    public void Reset() => (restarts, FailedStarts) = (0, 0);
}
