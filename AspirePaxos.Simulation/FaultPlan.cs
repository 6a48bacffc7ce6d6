using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// Which faults one seed suffers, and how strongly. Each seed draws a random subset, since faults that are always all there hide
/// what needs long quiet stretches of one kind. Times are microseconds; "every" 0: never.
/// </summary>
internal sealed record FaultPlan
{
    private const long Second = 1_000_000;

    public required int Replicas { get; init; }

    public required Mode Mode { get; init; }

    public required long Latency { get; init; }

    public double Loss { get; init; }

    public double Duplication { get; init; }

    public double LongDelay { get; init; }

    public long PartitionEvery { get; init; }

    public long PauseEvery { get; init; }

    public long CrashEvery { get; init; }

    /// <summary>One in this many messages of phases 1 and 2 is the last for a while that its sender gets out; 0: none.</summary>
    public int AmbushOneIn { get; init; }

    /// <summary>A connection breaks although nobody died.</summary>
    public long FalseResetEvery { get; init; }

    /// <summary>A dead process's address refuses connections; else it is silent.</summary>
    public bool Refuses { get; init; }

    /// <summary>One in this many exchanges without an answer is never reported to its sender.</summary>
    public int ForgetsOneIn { get; init; }

    public long DiskLatency { get; init; }

    public long SlowDiskEvery { get; init; }

    public long HangEvery { get; init; }

    public long HandOverEvery { get; init; }

    /// <summary>Replies to a process that is gone reach the next one at the same address.</summary>
    public bool StaleReplies { get; init; }

    /// <summary>Some inputs wait for the next one before their turn is taken.</summary>
    public bool GathersInputs { get; init; }

    public double ClockDrift { get; init; }

    /// <summary>Faults begin only when the cluster had time to form and elect.</summary>
    public long QuietStart { get; init; }

    public int Clients { get; init; }

    public int Keys { get; init; }

    public long ThinkTime { get; init; }

    /// <summary>At the end only a quorum comes back.</summary>
    public bool HealsQuorumOnly { get; init; }

    public bool SmallLimits { get; init; }

    public static FaultPlan Draw(Prng random)
    {
        var plan = Draw(random, random.OneIn(4) ? Mode.Simple : Mode.Multi);
        while (plan.Kinds < 4) plan = Draw(random, plan.Mode);
        return plan;
    }

    private static FaultPlan Draw(Prng random, Mode mode) => new()
    {
        Replicas = random.OneIn(3) ? 5 : 3,
        Mode = mode,
        Latency = random.Between(50, 5_000),
        Loss = random.OneIn(2) ? random.NextDouble() * 0.15 : 0,
        Duplication = random.OneIn(2) ? random.NextDouble() * 0.1 : 0,
        LongDelay = random.OneIn(2) ? random.NextDouble() * 0.05 : 0,
        PartitionEvery = random.OneIn(2) ? random.Between(Second, 8 * Second) : 0,
        PauseEvery = random.OneIn(2) ? random.Between(Second, 8 * Second) : 0,
        CrashEvery = random.OneIn(3) ? 0 : random.Between(Second, 8 * Second),
        AmbushOneIn = random.OneIn(2) ? (int)random.Between(50, 2_000) : 0,
        FalseResetEvery = random.OneIn(3) ? random.Between(Second / 4, 4 * Second) : 0,
        Refuses = !random.OneIn(3),
        ForgetsOneIn = random.OneIn(2) ? 3 : 1_000_000,
        DiskLatency = random.Between(20, 4_000),
        SlowDiskEvery = random.OneIn(2) ? random.Between(Second, 8 * Second) : 0,
        HangEvery = random.OneIn(3) ? random.Between(2 * Second, 10 * Second) : 0,
        HandOverEvery = random.OneIn(2) ? random.Between(2 * Second, 8 * Second) : 0,
        StaleReplies = random.OneIn(2),
        GathersInputs = random.OneIn(2),
        ClockDrift = random.OneIn(2) ? random.NextDouble() * 0.1 : 0,
        QuietStart = random.OneIn(4) ? 0 : 1_500_000,
        Clients = (int)random.Between(2, 9),
        Keys = (int)random.Between(1, 7),
        ThinkTime = random.Between(1_000, 100_000),
        HealsQuorumOnly = random.OneIn(4),
        SmallLimits = random.OneIn(3),
    };

    private int Kinds =>
        (Loss > 0 ? 1 : 0) + (Duplication > 0 ? 1 : 0) + (LongDelay > 0 ? 1 : 0) + (PartitionEvery > 0 ? 1 : 0) + (PauseEvery > 0 ? 1 : 0)
        + (CrashEvery > 0 ? 1 : 0) + (SlowDiskEvery > 0 ? 1 : 0) + (HangEvery > 0 ? 1 : 0) + (AmbushOneIn > 0 ? 1 : 0);
}
