using System.Diagnostics;

namespace AspirePaxos.Benchmarks.Load;

/// <summary>When the requests of an open loop are meant to be sent: evenly, whether or not earlier ones were answered.</summary>
/// <param name="Start">A timestamp of <see cref="Stopwatch"/>.</param>
/// <param name="Rate">Requests a second.</param>
internal readonly record struct Schedule(long Start, double Rate)
{
    /// <summary>Computed from the start each time, so that no rounding adds up.</summary>
    public long TimeOf(long request) => Start + (long)(request * (double)Stopwatch.Frequency / Rate);

    /// <summary>How many are due by then.</summary>
    public long DueBy(long now)
    {
        if (now < Start) return 0;
        var due = (long)((now - Start) * Rate / Stopwatch.Frequency) + 1;
        // The division may be off by one where the time is exactly one request's.
        while (TimeOf(due) <= now) due++;
        while (due > 0 && TimeOf(due - 1) > now) due--;
        return due;
    }
}
