using AspirePaxos.KeyValue;

namespace AspirePaxos.Simulation;

/// <summary>One kind of fault of a plan, by the name that <c>--without</c> takes, and how the plan looks without it.</summary>
internal sealed record FaultKind(string Name, Func<FaultPlan, bool> IsIn, Func<FaultPlan, FaultPlan> Without)
{
    public static readonly IReadOnlyList<FaultKind> All =
    [
        new("loss", plan => plan.Loss > 0, plan => plan with { Loss = 0 }),
        new("duplication", plan => plan.Duplication > 0, plan => plan with { Duplication = 0 }),
        new("delays", plan => plan.LongDelay > 0, plan => plan with { LongDelay = 0 }),
        new("partitions", plan => plan.PartitionEvery > 0, plan => plan with { PartitionEvery = 0 }),
        new("cuts", plan => plan.CutEvery > 0, plan => plan with { CutEvery = 0 }),
        new("clogs", plan => plan.ClogEvery > 0, plan => plan with { ClogEvery = 0 }),
        new("pauses", plan => plan.PauseEvery > 0, plan => plan with { PauseEvery = 0 }),
        new("crashes", plan => plan.CrashEvery > 0, plan => plan with { CrashEvery = 0 }),
        new("ambushes", plan => plan.AmbushOneIn > 0, plan => plan with { AmbushOneIn = 0 }),
        new("stragglers", plan => plan.StragglersOneIn > 0, plan => plan with { StragglersOneIn = 0 }),
        new("slow-disks", plan => plan.SlowDiskEvery > 0, plan => plan with { SlowDiskEvery = 0 }),
        new("hanging-disks", plan => plan.HangEvery > 0, plan => plan with { HangEvery = 0 }),
        new("failed-syncs", plan => plan.FailedSyncEvery > 0, plan => plan with { FailedSyncEvery = 0 }),
        new("full-disks", plan => plan.FullDiskEvery > 0, plan => plan with { FullDiskEvery = 0 }),
        new("mode-changes", plan => plan.ModeChangeEvery > 0, plan => plan with { ModeChangeEvery = 0 }),
        new("lost-disks", plan => plan.WipeEvery > 0, plan => plan with { WipeEvery = 0 }),
        new("strange-disks", plan => plan.StrangeDiskEvery > 0, plan => plan with { StrangeDiskEvery = 0 }),
        new("divergence", plan => plan.Diverges, plan => plan with { Diverges = false }),
        new("clock-jumps", plan => plan.ClockJumpEvery > 0, plan => plan with { ClockJumpEvery = 0 }),
    ];

    /// <summary>What makes a run stranger without being a fault that counts: switched off by name too, and tried first when shrinking.</summary>
    public static readonly IReadOnlyList<FaultKind> Twists =
    [
        new("small-table", plan => plan.Store != new StoreOptions(), plan => plan with { Store = new StoreOptions() }),
        new("truncation", plan => plan.LogTailSlots < 10_000, plan => plan with { LogTailSlots = 10_000, LogTailBytes = 16 << 20 }),
        new("small-limits", plan => plan.SmallLimits, plan => plan with { SmallLimits = false }),
        new("gathering", plan => plan.GathersInputs, plan => plan with { GathersInputs = false }),
        new("drift", plan => plan.ClockDrift > 0, plan => plan with { ClockDrift = 0 }),
        new("leases", plan => plan.Leases, plan => plan with { Leases = false, LeaseStrainEvery = 0 }),
        new("lease-strains", plan => plan.LeaseStrainEvery > 0, plan => plan with { LeaseStrainEvery = 0 }),
        new("uneven-links", plan => plan.UnevenLinks > 1, plan => plan with { UnevenLinks = 1 }),
        new("stale-replies", plan => plan.StaleReplies, plan => plan with { StaleReplies = false }),
        new("false-resets", plan => plan.FalseResetEvery > 0, plan => plan with { FalseResetEvery = 0 }),
        new("handovers", plan => plan.HandOverEvery > 0, plan => plan with { HandOverEvery = 0 }),
        new("sessions", plan => plan.StaysOneIn > 0, plan => plan with { StaysOneIn = 0 }),
        new("quorum-first", plan => plan.HealsQuorumFirst, plan => plan with { HealsQuorumFirst = false }),
    ];

    public static FaultKind? Find(string name) => All.Concat(Twists).FirstOrDefault(kind => kind.Name == name);

    public static IEnumerable<FaultKind> In(FaultPlan plan) => All.Where(kind => kind.IsIn(plan));
}
