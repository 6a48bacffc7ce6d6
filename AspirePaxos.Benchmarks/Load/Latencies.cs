using HdrHistogram;

namespace AspirePaxos.Benchmarks.Load;

/// <summary>Times of requests, of which three digits are kept: an increment per request, from any thread.</summary>
internal sealed class Latencies
{
    /// <summary>Longer ones count as this.</summary>
    private const long Longest = 120_000_000;

    private readonly LongConcurrentHistogram microseconds = new(1, Longest, 3);
    private long greatest;

    public long Count => microseconds.TotalCount;

    /// <summary>Exact, in milliseconds; 0 where nothing was recorded.</summary>
    public double Max => Volatile.Read(ref greatest) / 1_000.0;

    public void Record(TimeSpan time)
    {
        var value = Math.Clamp((long)Math.Round(time.TotalMicroseconds), 1, Longest);
        microseconds.RecordValue(value);
        for (var seen = Volatile.Read(ref greatest); value > seen;)
        {
            var was = Interlocked.CompareExchange(ref greatest, value, seen);
            if (was == seen) return;
            seen = was;
        }
    }

    /// <summary>Milliseconds; 0 where nothing was recorded.</summary>
    public double Percentile(double percent) => Count == 0 ? 0 : Math.Min(microseconds.GetValueAtPercentile(percent) / 1_000.0, Max);
}
