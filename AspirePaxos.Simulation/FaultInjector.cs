using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>Breaks hosts, links and disks while it is on, and repairs everything when it is told to.</summary>
internal sealed class FaultInjector(World world, Prng random)
{
    private bool on;

    public void Begin()
    {
        on = true;
        world.Network.Quiet = false;
        Every(world.Plan.PartitionEvery, Partition);
        Every(world.Plan.PauseEvery, Pause);
        Every(world.Plan.CrashEvery, Crash);
        Every(world.Plan.SlowDiskEvery, () => SlowDisk(random.Between(20_000, 400_000), Seen.SlowDisks));
        Every(world.Plan.HangEvery, () => SlowDisk(random.Between(700_000, 5_000_000), Seen.HangingDisks));
        Every(world.Plan.HandOverEvery, HandOver);
        Every(world.Plan.FalseResetEvery, ResetFalsely);
    }

    /// <summary>What matters most often hangs on a single message: its sender is cut off or dies while others are still on their way.</summary>
    public void Sent(Process process, Message message)
    {
        if (!on || world.Plan.AmbushOneIn == 0 || message is not (Prepare or Promise or Accept or Accepted)) return;
        if (!random.OneIn(world.Plan.AmbushOneIn)) return;
        world.Coverage.Count(Seen.Ambushes);
        var dies = random.OneIn(2);
        world.Queue.After(random.Between(0, 1 + (2 * world.Plan.Latency)), () =>
        {
            if (!on || !process.Alive) return;
            if (dies) Kill(process.Host);
            else Isolate(process.Host);
        });
    }

    /// <summary>Everything works from now on; what is down comes up, but for a minority where the plan says so.</summary>
    public void HealAll(bool everyone)
    {
        on = false;
        world.Network.Quiet = true;
        world.Network.Heal();
        var spared = everyone ? 0 : (world.Hosts.Count - 1) / 2;
        foreach (var host in world.Hosts)
        {
            world.Machine(host).DiskDelay = 0;
            if (world.Machine(host).Paused) world.Resume(host);
            if (host.Process is not null) continue;
            if (spared-- <= 0) world.StartHost(host);
        }
    }

    private void Every(long interval, Action fault)
    {
        if (interval == 0) return;
        world.Queue.After(random.Between(interval / 2, interval * 3 / 2), () =>
        {
            if (!on) return;
            fault();
            Every(interval, fault);
        });
    }

    private void Until(long after, Action repair) =>
        world.Queue.After(after, () =>
        {
            if (on) repair();
        });

    private Host Any() => world.Hosts[(int)random.Between(0, world.Hosts.Count)];

    /// <summary>The one that leads, as far as anyone does: the interesting victim.</summary>
    private Host AnyOrLeader() =>
        random.OneIn(2) ? Any() : world.Hosts.FirstOrDefault(host => host.Process?.Replica.Role == Role.Leader) ?? Any();

    private void Partition()
    {
        var inside = new bool[world.Hosts.Count];
        if (random.OneIn(2)) inside[AnyOrLeader().Index] = true;
        else for (var i = 0; i < inside.Length; i++) inside[i] = random.OneIn(2);
        var asymmetric = random.OneIn(3);
        var outward = random.OneIn(2);
        world.Coverage.Count(asymmetric ? Seen.AsymmetricPartitions : Seen.Partitions);
        world.Note(201, $"partition {string.Concat(inside.Select(side => side ? 'i' : 'o'))}{(asymmetric ? outward ? " outward" : " inward" : "")}");
        for (var a = 0; a < inside.Length; a++)
        {
            for (var b = 0; b < inside.Length; b++)
            {
                if (inside[a] == inside[b] || (asymmetric && inside[a] != outward)) continue;
                world.Network.Block(a, b, true);
            }
        }

        Until(random.Between(100_000, 4_000_000), () =>
        {
            world.Note(202, "partition heals");
            world.Network.Heal();
        });
    }

    private void Pause()
    {
        var host = AnyOrLeader();
        if (host.Process is null || world.Machine(host).Paused) return;
        world.Coverage.Count(Seen.Pauses);
        world.Note(203, $"{host.Node} pauses");
        world.Machine(host).Paused = true;
        Until(random.Between(20_000, 4_000_000), () =>
        {
            if (world.Machine(host).Paused) world.Resume(host);
        });
    }

    private void Crash()
    {
        var count = random.OneIn(6) ? world.Hosts.Count : random.OneIn(4) ? (world.Hosts.Count / 2) + 1 : 1;
        world.Coverage.Count(count == 1 ? Seen.Crashes : count == world.Hosts.Count ? Seen.CrashesOfAll : Seen.QuorumCrashes);
        var first = AnyOrLeader().Index;
        for (var i = 0; i < count; i++)
        {
            var host = world.Hosts[(first + i) % world.Hosts.Count];
            if (host.Process is not null) Kill(host);
        }
    }

    private void Kill(Host host)
    {
        world.CrashHost(host, random);
        Until(random.OneIn(2) ? random.Between(1_000, 300_000) : random.Between(300_000, 4_000_000), () =>
        {
            if (host.Process is null) world.StartHost(host);
        });
    }

    private void Isolate(Host host)
    {
        world.Note(211, $"{host.Node} is cut off");
        foreach (var other in world.Hosts)
        {
            if (other == host) continue;
            world.Network.Block(host.Index, other.Index, true);
            world.Network.Block(other.Index, host.Index, true);
        }

        Until(random.Between(10_000, 2_000_000), () =>
        {
            world.Note(202, "partition heals");
            world.Network.Heal();
        });
    }

    private void ResetFalsely()
    {
        if (Any().Process is not { } process) return;
        world.Coverage.Count(Seen.FalseResets);
        var node = AnyOrLeader().Node;
        if (node != process.Host.Node) world.Input(process, () => process.Replica.PeerUnreachable(node));
    }

    private void SlowDisk(long delay, Seen kind)
    {
        var machine = world.Machine(AnyOrLeader());
        world.Coverage.Count(kind);
        world.Note(204, $"{machine.Host.Node}'s disk takes {delay / 1000} ms");
        machine.DiskDelay = delay;
        Until(random.Between(delay, delay + 1_000_000), () => machine.DiskDelay = 0);
    }

    private void HandOver()
    {
        if (AnyOrLeader().Process is not { } process || process.Replica.Role != Role.Leader) return;
        world.Note(205, $"{process.Host.Node} is asked to hand over");
        world.Input(process, process.Replica.HandOver);
    }
}
