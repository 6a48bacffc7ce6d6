using HdrHistogram;

namespace AspirePaxos.Cli.Load;

/// <summary>Counts replies, and how long those took that were answered, of which three digits are kept. For many threads.</summary>
internal sealed class Tally
{
    /// <summary>Longer than any reply may take.</summary>
    private const long Longest = 120_000_000;

    private readonly Lock turn = new();
    private readonly LongHistogram microseconds = new(1, Longest, 3);
    private readonly SortedDictionary<string, int> failures = new(StringComparer.Ordinal);
    private TimeSpan greatest;

    public int Answered
    {
        get
        {
            lock (turn) return (int)microseconds.TotalCount;
        }
    }

    public int Failed
    {
        get
        {
            lock (turn) return failures.Values.Sum();
        }
    }

    /// <summary>How often what happened instead of an answer.</summary>
    public IReadOnlyList<(string Why, int Count)> Failures
    {
        get
        {
            lock (turn) return [.. failures.Select(failure => (failure.Key, failure.Value))];
        }
    }

    public void Add(Reply reply)
    {
        lock (turn)
        {
            if (reply.Failed)
            {
                failures[reply.Why] = failures.GetValueOrDefault(reply.Why) + 1;
                return;
            }

            microseconds.RecordValue(Math.Clamp((long)reply.Took.TotalMicroseconds, 1, Longest));
            if (reply.Took > greatest) greatest = reply.Took;
        }
    }

    /// <summary>The time within which this share of the requests was answered; zero where none was.</summary>
    public TimeSpan Within(double share)
    {
        lock (turn)
        {
            if (microseconds.TotalCount == 0) return TimeSpan.Zero;
            var within = TimeSpan.FromMicroseconds(microseconds.GetValueAtPercentile(100 * share));
            return within < greatest ? within : greatest;
        }
    }
}
