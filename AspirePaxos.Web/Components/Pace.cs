namespace AspirePaxos.Web.Components;

/// <summary>How often something is asked for that may be large: at most a tenth of the time, and only where it may have changed.</summary>
internal sealed class Pace(TimeSpan least, TimeProvider time)
{
    private const int Share = 10;
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(1);

    private object? asked;
    private long started;
    private long next;
    private int underWay;

    /// <param name="version">Of what would be asked for: the same is not asked for twice, unless it failed.</param>
    public bool IsDue(object version) => underWay == 0 && time.GetTimestamp() >= next && !version.Equals(asked);

    public void Begin(object version)
    {
        (asked, started) = (version, time.GetTimestamp());
        underWay++;
    }

    public void End(bool done)
    {
        underWay--;
        if (!done) asked = null;
        var pause = done ? TimeSpan.FromTicks(Math.Max(least.Ticks, (Share - 1) * time.GetElapsedTime(started).Ticks)) : AfterTrouble;
        next = time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency);
    }
}
