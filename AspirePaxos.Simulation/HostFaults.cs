using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>Crashes, pauses, clocks, handovers, and restarts of the cluster in the other mode.</summary>
internal sealed class HostFaults(World world, FaultInjector faults, Prng random)
{
    private const long SupervisorsPause = 500_000;

    public void Begin()
    {
        faults.Every(world.Plan.PauseEvery, Pause);
        faults.Every(world.Plan.CrashEvery, Crash);
        faults.Every(world.Plan.HandOverEvery, HandOver);
        faults.Every(world.Plan.ClockJumpEvery, Jump);
        if (world.Plan.ClockDrift > 0) faults.Every(3_000_000, Drift);
        faults.Every(world.Plan.ModeChangeEvery, ChangeMode);
    }

    public void Kill(Host host, bool nothingSaved = false)
    {
        world.CrashHost(host, random, nothingSaved);
        StartLater(host, random.OneIn(2) ? random.Between(1_000, 300_000) : random.Between(300_000, 4_000_000));
    }

    /// <remarks>A strange directory is started once: each start counts, and after a few nobody could tell it from the real one.</remarks>
    public void StartLater(Host host, long after) => faults.Until(after, () =>
    {
        if (host.Process is null && !host.Disk.IsStrange && !world.StartHost(host)) StartLater(host, SupervisorsPause);
    });

    private void Pause()
    {
        var host = faults.AnyOrLeader();
        if (host.Process is null || world.Machine(host).Paused) return;
        PauseFor(host, random.Between(20_000, 4_000_000));
    }

    public void PauseFor(Host host, long time)
    {
        if (host.Process is null || world.Machine(host).Paused) return;
        world.Coverage.Count(Seen.Pauses);
        world.Note(203, $"{host.Node} pauses");
        world.Pause(host);
        faults.Until(time, () =>
        {
            if (world.Machine(host).Paused) world.Resume(host);
        });
    }

    public void RestartAtOnce(Host host)
    {
        if (host.Process is null) return;
        world.Coverage.Count(Seen.Crashes);
        world.CrashHost(host, random);
        StartLater(host, random.Between(1_000, 100_000));
    }

    private void Crash()
    {
        var count = random.OneIn(6) ? world.Hosts.Count : random.OneIn(4) ? (world.Hosts.Count / 2) + 1 : 1;
        world.Coverage.Count(count == 1 ? Seen.Crashes : count == world.Hosts.Count ? Seen.CrashesOfAll : Seen.QuorumCrashes);
        var first = faults.AnyOrLeader().Index;
        for (var i = 0; i < count; i++)
        {
            var host = world.Hosts[(first + i) % world.Hosts.Count];
            if (host.Process is not null) Kill(host);
        }
    }

    private void HandOver()
    {
        if (faults.AnyOrLeader() is { Process.Replica.Role: Role.Leader } host) AskToHandOver(host);
    }

    public void AskToHandOver(Host host)
    {
        if (host.Process is not { } process) return;
        world.Note(205, $"{process.Host.Node} is asked to hand over");
        if (process.Replica.HoldsLease(world.Machine(process.Host).Clock(world.Queue.Now))) world.Coverage.Count(Seen.LeasesGivenUp);
        world.Input(process, process.Replica.HandOver);
    }

    private void Jump()
    {
        var host = faults.AnyOrLeader();
        var milliseconds = random.OneIn(2) ? random.Between(50, 2_000) : random.Between(2_000, 60_000);
        world.Coverage.Count(Seen.ClockJumps);
        world.Note(219, $"{host.Node}'s clock jumps {milliseconds} ms ahead");
        world.Machine(host).Jump(milliseconds);
    }

    private void Drift()
    {
        var host = faults.Any();
        world.Machine(host).Drift(world.Queue.Now, world.DrawClockRate(random));
    }

    /// <summary>
    /// Everyone goes down and comes back in the other mode, or one after the other does, so that for a while both are there. Now and
    /// then somebody is started in the wrong mode by mistake, which is corrected later.
    /// </summary>
    private void ChangeMode()
    {
        var rolling = random.OneIn(3);
        world.Mode = world.Mode == Mode.Multi ? Mode.Simple : Mode.Multi;
        world.Coverage.Count(rolling ? Seen.RollingModeChanges : Seen.ModeChanges);
        world.Note(225, $"the cluster is restarted in {world.Mode} mode{(rolling ? ", one by one" : "")}");
        foreach (var host in world.Hosts)
        {
            if (rolling) faults.Until(random.Between(0, 3_000_000), () => Restart(host));
            else Restart(host);
            if (!random.OneIn(6)) continue;
            world.Machine(host).StartsInWrongMode = true;
            faults.Until(random.Between(500_000, 4_000_000), () => Restart(host));
        }
    }

    private void Restart(Host host)
    {
        if (host.Process is not { } process || process.Replica.Options.Mode == world.Mode) return;
        Kill(host);
    }
}
