namespace AspirePaxos.Simulation;

/// <summary>Consecutive seeds on all processors, each in a world of its own.</summary>
/// <param name="onFailure">Told at once what went wrong, on the thread that found it.</param>
public sealed class SeedBatch(ulong first, long count, Action<string>? onFailure = null)
{
    private readonly Lock gate = new();
    private readonly List<string> failures = [];
    private long events;
    private long done;
    private long counted;

    public Coverage Coverage { get; } = new();

    /// <summary>What went wrong, in the order of finding it; each names its seed.</summary>
    public IReadOnlyList<string> Failures => failures;

    /// <summary>Seeds that ended well.</summary>
    public long Done => done;

    /// <summary>Of those, the ones long and eventful enough to say something.</summary>
    public long Counted => counted;

    public void Execute(int minInputs, Func<bool> stop)
    {
        long next = -1;
        var workers = new Thread[Environment.ProcessorCount];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(() =>
            {
                for (var n = Interlocked.Increment(ref next); n < count && !stop(); n = Interlocked.Increment(ref next)) Execute(first + (ulong)n, minInputs);
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
            return $"{done} seeds, {counted} counted, {failures.Count} failed, {done / seconds:F1} seeds/s, {events / seconds:F0} events/s";
        }
    }

    private void Execute(ulong seed, int minInputs)
    {
        try
        {
            var run = Run.Seed(seed, minInputs);
            lock (gate)
            {
                done++;
                events += run.Events;
                counted += run.Counts ? 1 : 0;
                Coverage.Add(run.Coverage);
            }
        }
        catch (SimulationException broken)
        {
            lock (gate) failures.Add(broken.Message);
            onFailure?.Invoke(broken.Message);
        }
    }
}
