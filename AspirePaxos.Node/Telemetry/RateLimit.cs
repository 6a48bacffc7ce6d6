namespace AspirePaxos.Node.Telemetry;

/// <summary>So many a second, with a burst of one second's worth; safe from any thread, without a lock.</summary>
/// <remarks>
/// The generic cell rate algorithm: each grant moves a theoretical time one interval ahead, and nothing is granted while that time
/// runs more than the burst ahead of the clock.
/// </remarks>
/// <param name="perSecond">0 grants nothing.</param>
internal sealed class RateLimit(int perSecond, TimeProvider time)
{
    private readonly long interval = perSecond > 0 ? Math.Max(1, time.TimestampFrequency / perSecond) : 0;
    private readonly long burst = time.TimestampFrequency;
    private long theoretical = long.MinValue;

    public bool TryTake()
    {
        if (interval == 0) return false;
        while (true)
        {
            var now = time.GetTimestamp();
            var before = Volatile.Read(ref theoretical);
            var after = Math.Max(now, before) + interval;
            if (after - now > burst) return false;
            if (Interlocked.CompareExchange(ref theoretical, after, before) == before) return true;
        }
    }
}
