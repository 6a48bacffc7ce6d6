using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>Disks that are slow, hang, fail or are full.</summary>
internal sealed class DiskFaults(World world, FaultInjector faults, Prng random)
{
    public void Begin()
    {
        faults.Every(world.Plan.SlowDiskEvery, () => SlowDown(random.Between(20_000, 400_000), Seen.SlowDisks));
        faults.Every(world.Plan.HangEvery, () => SlowDown(random.Between(700_000, 5_000_000), Seen.HangingDisks));
        faults.Every(world.Plan.FailedSyncEvery, () => world.Machine(faults.AnyOrLeader()).SyncFails = true);
        faults.Every(world.Plan.FullDiskEvery, Fill);
    }

    private void SlowDown(long delay, Seen kind)
    {
        var machine = world.Machine(faults.AnyOrLeader());
        world.Coverage.Count(kind);
        world.Note(204, $"{machine.Host.Node}'s disk takes {delay / 1000} ms");
        machine.DiskDelay = delay;
        faults.Until(random.Between(delay, delay + 1_000_000), () => machine.DiskDelay = 0);
    }

    private void Fill()
    {
        var machine = world.Machine(faults.AnyOrLeader());
        world.Note(226, $"{machine.Host.Node}'s disk is full");
        machine.DiskFull = true;
        faults.Until(random.Between(500_000, 6_000_000), () =>
        {
            world.Note(227, $"{machine.Host.Node}'s disk has space again");
            machine.DiskFull = false;
        });
    }
}
