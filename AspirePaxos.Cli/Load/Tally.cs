namespace AspirePaxos.Cli.Load;

/// <summary>Counts replies, and how long those took that were answered. For many threads.</summary>
internal sealed class Tally
{
    private readonly Lock turn = new();
    private readonly List<TimeSpan> times = [];
    private readonly SortedDictionary<string, int> failures = new(StringComparer.Ordinal);
    private bool sorted;

    public int Answered
    {
        get
        {
            lock (turn) return times.Count;
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

            times.Add(reply.Took);
            sorted = false;
        }
    }

    /// <summary>The time within which this share of the requests was answered; zero where none was.</summary>
    public TimeSpan Within(double share)
    {
        lock (turn)
        {
            if (!sorted) times.Sort();
            sorted = true;
            return times.Count == 0 ? TimeSpan.Zero : times[Math.Clamp((int)Math.Ceiling(share * times.Count) - 1, 0, times.Count - 1)];
        }
    }
}
