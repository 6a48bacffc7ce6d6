using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// Which faults one seed suffers, and how strongly. Each seed draws a random subset, since faults that are always all there hide
/// what needs long quiet stretches of one kind. Times are microseconds; "every" 0: never.
/// </summary>
internal sealed record FaultPlan
{
    private const long Second = 1_000_000;
    private const int MinKinds = 4;

    /// <summary>With it the rates of two clocks differ by less than rule 16 allows: 1.05 ÷ 0.95 &lt; 1 ÷ (1 − 1/10).</summary>
    private const double DriftOfLeases = 0.05;

    public required int Replicas { get; init; }

    public required Mode Mode { get; init; }

    public required long Latency { get; init; }

    /// <summary>Each direction of each link has a latency of its own, up to this many times the usual one.</summary>
    public int UnevenLinks { get; init; } = 1;

    public double Loss { get; init; }

    public double Duplication { get; init; }

    public double LongDelay { get; init; }

    public long PartitionEvery { get; init; }

    /// <summary>Single links are cut while everyone sees the others.</summary>
    public long CutEvery { get; init; }

    /// <summary>A link holds back what is sent, until all of it arrives at once.</summary>
    public long ClogEvery { get; init; }

    public long PauseEvery { get; init; }

    public long CrashEvery { get; init; }

    /// <summary>One in this many messages of phases 1 and 2 is the last for a while that its sender gets out; 0: none.</summary>
    public int AmbushOneIn { get; init; }

    /// <summary>One in this many answers comes only when whoever waits for it has gone on to another ballot; 0: none.</summary>
    public int StragglersOneIn { get; init; }

    /// <summary>A connection breaks although nobody died.</summary>
    public long FalseResetEvery { get; init; }

    /// <summary>A dead process's address refuses connections; else it is silent.</summary>
    public bool Refuses { get; init; }

    /// <summary>One in this many exchanges without an answer is never reported to its sender.</summary>
    public int ForgetsOneIn { get; init; }

    public long DiskLatency { get; init; }

    public long SlowDiskEvery { get; init; }

    public long HangEvery { get; init; }

    /// <summary>A sync reports an error: the process stops.</summary>
    public long FailedSyncEvery { get; init; }

    /// <summary>A disk has no space left for a while: each write fails, and each start may.</summary>
    public long FullDiskEvery { get; init; }

    /// <summary>A node loses its directory, or finds it damaged, and is started on an empty one.</summary>
    public long WipeEvery { get; init; }

    /// <summary>A node is started on an old copy of its directory, or on the one that was replaced.</summary>
    public long StrangeDiskEvery { get; init; }

    /// <summary>Now and then one replica begins to apply differently.</summary>
    public bool Diverges { get; init; }

    /// <summary>Applied slots that a replica keeps in its log, and their bytes.</summary>
    public int LogTailSlots { get; init; } = 10_000;

    public int LogTailBytes { get; init; } = 16 << 20;

    public int HashInterval { get; init; } = 64;

    public long HandOverEvery { get; init; }

    /// <summary>The cluster is restarted from one mode into the other, at once or one by one.</summary>
    public long ModeChangeEvery { get; init; }

    /// <summary>Replies to a process that is gone reach the next one at the same address.</summary>
    public bool StaleReplies { get; init; }

    /// <summary>Some inputs wait for the next one before their turn is taken.</summary>
    public bool GathersInputs { get; init; }

    /// <summary>Leaders read by lease (rule 16).</summary>
    public bool Leases { get; init; }

    /// <summary>A leader falls silent just when others may be about to break a lease.</summary>
    public long LeaseStrainEvery { get; init; }

    public double ClockDrift { get; init; }

    public long ClockJumpEvery { get; init; }

    /// <summary>Faults begin only when the cluster had time to form and elect.</summary>
    public long QuietStart { get; init; }

    public int Clients { get; init; }

    public int Keys { get; init; }

    public long ThinkTime { get; init; }

    /// <summary>One in this many clients stays with one node; 0: all roam.</summary>
    public int StaysOneIn { get; init; }

    /// <summary>At the end a quorum comes back first and must make progress alone, whatever the others do.</summary>
    public bool HealsQuorumFirst { get; init; }

    public bool SmallLimits { get; init; }

    /// <summary>The store's: a small table, a short retention.</summary>
    public StoreOptions Store { get; init; } = new();

    /// <summary>The first thing that a seed decides.</summary>
    public static FaultPlan Of(ulong seed) => WithLeases(Draw(new Prng(new Prng(seed).Next())), new Prng(seed ^ 0x4C65_6173_6573));

    /// <summary>
    /// What a lease assumes of the clocks has to hold then, and nobody turns it off without waiting. The plan is drawn before, so that
    /// seeds without leases stay what they were.
    /// </summary>
    private static FaultPlan WithLeases(FaultPlan drawn, Prng random)
    {
        var leased = drawn with { Leases = true, ClockDrift = drawn.ClockDrift > 0 ? DriftOfLeases : 0, ClockJumpEvery = 0, ModeChangeEvery = 0 };
        if (!random.OneIn(4)) leased = leased with { LeaseStrainEvery = random.Between(Second, 6 * Second) };
        // Where a successor is there at once, little time is left between the end of a lease here and the end of the same one there.
        if (random.OneIn(2)) leased = leased with { Latency = random.Between(50, 500), DiskLatency = random.Between(20, 200) };
        return drawn.Mode == Mode.Multi && random.OneIn(3) && FaultKind.In(leased).Count() >= MinKinds ? leased : drawn;
    }

    public bool IsIn(string kind) => FaultKind.Find(kind)!.IsIn(this);

    private static FaultPlan Draw(Prng random)
    {
        var plan = DrawKinds(random);
        // A replica that lags behind the truncation may fetch its snapshot from the one that diverges, and then nobody can tell which
        // of the two states is right; so either the log is whole, or nobody diverges.
        if (plan.Store == new StoreOptions() && random.OneIn(5)) return plan with { Diverges = true };
        return random.OneIn(4) ? plan : plan with { LogTailSlots = (int)random.Between(0, 20), LogTailBytes = random.OneIn(3) ? (int)random.Between(100, 3_000) : 16 << 20 };
    }

    private static FaultPlan DrawKinds(Prng random)
    {
        var plan = Draw(random, random.OneIn(4) ? Mode.Simple : Mode.Multi);
        while (FaultKind.In(plan).Count() < MinKinds) plan = Draw(random, plan.Mode);
        return plan;
    }

    private static FaultPlan Draw(Prng random, Mode mode) => new()
    {
        Replicas = random.Between(0, 6) switch { 0 => 7, 1 or 2 => 5, _ => 3 },
        Mode = mode,
        Latency = random.Between(50, 5_000),
        UnevenLinks = random.OneIn(3) ? (int)random.Between(2, 20) : 1,
        Loss = random.OneIn(2) ? random.NextDouble() * (random.OneIn(3) ? 0.5 : 0.15) : 0,
        Duplication = random.OneIn(2) ? random.NextDouble() * 0.1 : 0,
        LongDelay = random.OneIn(2) ? random.NextDouble() * 0.05 : 0,
        PartitionEvery = random.OneIn(2) ? random.Between(Second, 8 * Second) : 0,
        CutEvery = random.OneIn(3) ? random.Between(Second, 6 * Second) : 0,
        ClogEvery = random.OneIn(3) ? random.Between(Second, 6 * Second) : 0,
        PauseEvery = random.OneIn(2) ? random.Between(Second, 8 * Second) : 0,
        CrashEvery = random.OneIn(3) ? 0 : random.Between(Second, 8 * Second),
        AmbushOneIn = random.OneIn(2) ? (int)random.Between(50, 2_000) : 0,
        StragglersOneIn = random.OneIn(2) ? (int)random.Between(5, 200) : 0,
        FalseResetEvery = random.OneIn(3) ? random.Between(Second / 4, 4 * Second) : 0,
        Refuses = !random.OneIn(3),
        ForgetsOneIn = random.OneIn(2) ? 3 : 1_000_000,
        DiskLatency = random.Between(20, 4_000),
        SlowDiskEvery = random.OneIn(2) ? random.Between(Second, 8 * Second) : 0,
        HangEvery = random.OneIn(3) ? random.Between(2 * Second, 10 * Second) : 0,
        FailedSyncEvery = random.OneIn(4) ? random.Between(2 * Second, 10 * Second) : 0,
        FullDiskEvery = random.OneIn(5) ? random.Between(3 * Second, 15 * Second) : 0,
        WipeEvery = random.OneIn(3) ? random.Between(2 * Second, 12 * Second) : 0,
        StrangeDiskEvery = random.OneIn(5) ? random.Between(3 * Second, 10 * Second) : 0,
        HashInterval = random.OneIn(3) ? 64 : (int)random.Between(2, 17),
        HandOverEvery = random.OneIn(2) ? random.Between(2 * Second, 8 * Second) : 0,
        ModeChangeEvery = random.OneIn(6) ? random.Between(4 * Second, 15 * Second) : 0,
        StaleReplies = random.OneIn(2),
        GathersInputs = random.OneIn(2),
        ClockDrift = random.OneIn(2) ? random.NextDouble() * 0.1 : 0,
        ClockJumpEvery = random.OneIn(4) ? random.Between(Second, 10 * Second) : 0,
        QuietStart = random.OneIn(4) ? 0 : 1_500_000,
        Clients = (int)random.Between(2, 9),
        Keys = (int)random.Between(1, 7),
        ThinkTime = random.Between(1_000, 100_000),
        StaysOneIn = random.OneIn(2) ? (int)random.Between(1, 4) : 0,
        HealsQuorumFirst = random.OneIn(2),
        SmallLimits = random.OneIn(3),
        Store = random.OneIn(4) ? SmallTable(random) : new StoreOptions(),
    };

    private static StoreOptions SmallTable(Prng random) => new()
    {
        MaxIdempotencyKeys = (int)random.Between(2, 40),
        IdempotencyRetention = random.Between(200, 6_000),
    };
}
