namespace AspirePaxos.Simulation;

/// <summary>Consecutive seeds on all processors, each in a world of its own.</summary>
/// <param name="first">The first seed, and what holds for all of them.</param>
/// <param name="onFailure">Told at once what went wrong, on the thread that found it.</param>
public sealed class SeedBatch(RunSettings first, long count, Action<string>? onFailure = null)
{
    private readonly Lock gate = new();
    private readonly List<string> failures = [];
    private TimeSpan simulated;
    private long events;
    private long done;
    private long counted;
    private long next = -1;

    public SeedBatch(ulong first, long count)
        : this(new RunSettings(first), count)
    {
    }

    public Coverage Coverage { get; } = new();

    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>A failure is reported as the smallest run that was found to fail alike.</summary>
    public bool Shrinks { get; init; }

    /// <summary>What went wrong, in the order of finding it; each names its seed.</summary>
    public IReadOnlyList<string> Failures => failures;

    /// <summary>Seeds that ended well.</summary>
    public long Done => done;

    /// <summary>Of those, the ones long and eventful enough to say something.</summary>
    public long Counted => counted;

    /// <summary>The first that was not begun; null where none was.</summary>
    public ulong? NextSeed => next < 0 ? null : first.Seed + (ulong)Math.Min(next + 1, count);

    /// <summary>Runs them all, or until <paramref name="stop"/>; what is under way then is carried to its end.</summary>
    public void Execute(Func<bool> stop)
    {
        var workers = new Thread[Threads];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(() =>
            {
                while (!stop() && Take() is { } seed) Execute(first with { Seed = seed });
            });
            workers[i].Start();
        }

        foreach (var worker in workers) worker.Join();
    }

    public string Progress(TimeSpan elapsed)
    {
        lock (gate)
        {
            var seconds = Math.Max(0.001, elapsed.TotalSeconds);
            return $"{elapsed:h\\:mm\\:ss} {done} seeds, {counted} counted, {failures.Count} failed; {done / seconds:F1} seeds/s, {events / seconds:F0} events/s, "
                + $"{simulated.TotalSeconds / seconds:F0} s simulated per s; {Coverage[Seen.Crashes] + Coverage[Seen.QuorumCrashes] + Coverage[Seen.CrashesOfAll]} crashes, "
                + $"{Coverage[Seen.Partitions] + Coverage[Seen.AsymmetricPartitions]} partitions, {Coverage[Seen.Elections]} elections, "
                + $"{Coverage[Seen.SnapshotsInstalled]} snapshots, {Coverage[Seen.LinearizableReads] + Coverage[Seen.LocalReads]} reads";
        }
    }

    private ulong? Take()
    {
        var n = Interlocked.Increment(ref next);
        if (n < count) return first.Seed + (ulong)n;
        Interlocked.Decrement(ref next);
        return null;
    }

    private void Execute(RunSettings settings)
    {
        try
        {
            var run = Run.Execute(settings);
            lock (gate)
            {
                done++;
                events += run.Events;
                simulated += run.SimulatedTime;
                counted += run.Counts ? 1 : 0;
                Coverage.Add(run.Coverage);
            }
        }
        catch (SimulationException broken)
        {
            var smallest = Shrinks ? new Shrinking(settings, broken).Smallest() : broken;
            lock (gate) failures.Add(smallest.Message);
            onFailure?.Invoke(smallest.Message);
        }
    }
}
