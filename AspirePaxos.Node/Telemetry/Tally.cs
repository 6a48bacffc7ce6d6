using System.Diagnostics.Metrics;

namespace AspirePaxos.Node.Telemetry;

/// <summary>
/// A counter whose series are known beforehand: to count is an addition, and what a collector asks for is there from the start, at zero.
/// Safe from any thread.
/// </summary>
internal sealed class Tally
{
    private readonly KeyValuePair<string, object?>[][] series;
    private readonly long[] counts;

    /// <param name="series">The tags of each.</param>
    public Tally(Meter meter, string name, string unit, string description, params KeyValuePair<string, object?>[][] series)
    {
        (this.series, counts) = (series, new long[series.Length]);
        meter.CreateObservableCounter(name, Read, unit, description);
    }

    /// <param name="index">Of the series, from 0.</param>
    public void Count(int index) => Interlocked.Increment(ref counts[index]);

    private IEnumerable<Measurement<long>> Read() => series.Select((tags, index) => new Measurement<long>(Volatile.Read(ref counts[index]), tags));
}
