namespace AspirePaxos.Web.Breaking;

/// <summary>What became of the console's own writes and reads. Safe from any thread.</summary>
internal sealed class WriteTally
{
    /// <summary>How far back single writes are remembered.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(65);

    private const int ViolationsKept = 5;

    private readonly Lock gate = new();
    private readonly Queue<Attempt> recent = [];
    private readonly Dictionary<string, DateTimeOffset> waiting = [];
    private readonly List<string> violations = [];
    private TallyPicture counts = TallyPicture.Nothing;

    public TallyPicture Picture
    {
        get
        {
            lock (gate) return counts with { Recent = [.. recent], Waiting = [.. waiting.Values], Violations = [.. violations] };
        }
    }

    public void Sent(string key, DateTimeOffset at)
    {
        lock (gate) waiting[key] = at;
    }

    /// <param name="from">When it was first sent.</param>
    public void Acknowledged(string key, DateTimeOffset from, DateTimeOffset through)
    {
        lock (gate)
        {
            waiting.Remove(key);
            var longest = through - from > counts.LongestWait ? through - from : counts.LongestWait;
            counts = counts with { Writes = counts.Writes + 1, LongestWait = longest };
            Remember(new(from, through, true));
        }
    }

    /// <summary>A write was sent in vain, and is sent again.</summary>
    /// <param name="unknown">It may have happened all the same.</param>
    public void Failed(DateTimeOffset from, DateTimeOffset through, bool unknown, string words)
    {
        lock (gate)
        {
            counts = counts with { Unknown = counts.Unknown + (unknown ? 1 : 0), Refused = counts.Refused + (unknown ? 0 : 1), LastWords = words, LastWordsAt = through };
            Remember(new(from, through, false));
        }
    }

    public void Read()
    {
        lock (gate) counts = counts with { Reads = counts.Reads + 1 };
    }

    public void ReadFailed(DateTimeOffset at, string words)
    {
        lock (gate) counts = counts with { ReadsFailed = counts.ReadsFailed + 1, LastWords = words, LastWordsAt = at };
    }

    public void Violated(string words)
    {
        lock (gate)
        {
            counts = counts with { ViolationCount = counts.ViolationCount + 1 };
            if (violations.Count < ViolationsKept) violations.Add(words);
        }
    }

    private void Remember(Attempt attempt)
    {
        recent.Enqueue(attempt);
        while (attempt.Through - recent.Peek().Through > Kept) recent.Dequeue();
    }
}

/// <param name="Ok">It was acknowledged; otherwise this one sending of it came to nothing.</param>
internal readonly record struct Attempt(DateTimeOffset From, DateTimeOffset Through, bool Ok);

/// <param name="Refused">Writes that a node said had not happened; they were sent again.</param>
/// <param name="Unknown">Writes without such a word; they were sent again under the same Idempotency-Key.</param>
/// <param name="LastWords">Why the last request that failed did.</param>
/// <param name="LastWordsAt">When that was said.</param>
/// <param name="Waiting">When the writes that are under way were sent first.</param>
/// <param name="Violations">The first few, in words.</param>
internal sealed record TallyPicture(
    long Writes, long Reads, long Refused, long Unknown, long ReadsFailed, TimeSpan LongestWait, string LastWords, DateTimeOffset LastWordsAt, long ViolationCount,
    IReadOnlyList<Attempt> Recent, IReadOnlyList<DateTimeOffset> Waiting, IReadOnlyList<string> Violations)
{
    /// <summary>Also of a write that still waits.</summary>
    public TimeSpan LongestWaitSoFar(DateTimeOffset now) =>
        Waiting.Count > 0 && now - Waiting.Min() is var wait && wait > LongestWait ? wait : LongestWait;

    public static TallyPicture Nothing { get; } = new(0, 0, 0, 0, 0, TimeSpan.Zero, "", default, 0, [], [], []);
}
