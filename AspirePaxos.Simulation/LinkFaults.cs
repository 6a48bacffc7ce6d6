using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>Partitions of all shapes, clogged links, broken connections.</summary>
internal sealed class LinkFaults(World world, FaultInjector faults, Prng random)
{
    public void Begin()
    {
        faults.Every(world.Plan.PartitionEvery, Partition);
        faults.Every(world.Plan.CutEvery, Cut);
        faults.Every(world.Plan.ClogEvery, Clog);
        faults.Every(world.Plan.FalseResetEvery, ResetFalsely);
    }

    public void Isolate(Host host)
    {
        world.Note(211, $"{host.Node} is cut off");
        foreach (var other in world.Hosts) CutBoth(host, other);
        HealLater(random.Between(10_000, 2_000_000));
    }

    private void Partition()
    {
        var inside = new bool[world.Hosts.Count];
        if (random.OneIn(2)) inside[faults.AnyOrLeader().Index] = true;
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
                world.Network.Cut(a, b);
            }
        }

        HealLater(random.Between(100_000, 4_000_000));
    }

    /// <summary>Not everyone sees the same: what a clean partition never makes.</summary>
    private void Cut()
    {
        switch (random.Between(0, world.Hosts.Count > 3 ? 5 : 3))
        {
            case 0:
                CutOneLink();
                break;
            case 1:
                LeaveOneLink();
                break;
            case 2:
                LeaveOneBridge();
                break;
            default:
                LeaveOneFollower();
                return;
        }

        HealLater(random.Between(100_000, 4_000_000));
    }

    /// <summary>
    /// The leader is left with one follower, and the others find out at once. That follower comes back first: it learns what they chose
    /// without it while the old leader does not know yet that it is deposed (decision 3).
    /// </summary>
    private void LeaveOneFollower()
    {
        var (leader, follower) = (faults.Leader() ?? faults.Any(), faults.Any());
        var rest = world.Hosts.FindAll(host => host != leader && host != follower);
        world.Coverage.Count(Seen.FollowersLeft);
        world.Note(261, $"{leader.Node} and {follower.Node} see nobody else");
        foreach (var other in rest)
        {
            CutBoth(leader, other);
            CutBoth(follower, other);
            if (other.Process is { } process) world.Input(process, () => process.Replica.PeerUnreachable(leader.Node));
        }

        faults.Until(random.Between(50_000, 500_000), () =>
        {
            world.Note(262, $"{follower.Node} is back");
            foreach (var other in rest)
            {
                world.Network.Mend(follower.Index, other.Index);
                world.Network.Mend(other.Index, follower.Index);
            }
        });
        HealLater(random.Between(500_000, 2_000_000));
    }

    /// <summary>Two do not see each other, or one the other, while both see the rest.</summary>
    private void CutOneLink()
    {
        var (a, b) = (faults.AnyOrLeader(), faults.Any());
        var oneWay = random.OneIn(2);
        world.Coverage.Count(Seen.LinksCut);
        world.Note(214, $"{a.Node} {(oneWay ? "→" : "↔")} {b.Node} is cut");
        if (oneWay) world.Network.Cut(a.Index, b.Index);
        else CutBoth(a, b);
    }

    /// <summary>One, often the leader, reaches only one other, and that one reaches everyone.</summary>
    private void LeaveOneLink()
    {
        var (lonely, friend) = (faults.Leader() ?? faults.Any(), faults.Any());
        world.Coverage.Count(Seen.LinksLeft);
        world.Note(215, $"{lonely.Node} reaches only {friend.Node}");
        foreach (var other in world.Hosts)
        {
            if (other != friend) CutBoth(lonely, other);
        }
    }

    /// <summary>Two sides that only one in the middle sees both of.</summary>
    private void LeaveOneBridge()
    {
        var bridge = faults.AnyOrLeader();
        world.Coverage.Count(Seen.Bridges);
        world.Note(216, $"only {bridge.Node} sees both sides");
        foreach (var a in world.Hosts)
        {
            foreach (var b in world.Hosts)
            {
                if (a != bridge && b != bridge && a.Index % 2 != b.Index % 2) world.Network.Cut(a.Index, b.Index);
            }
        }
    }

    private void Clog()
    {
        var host = faults.AnyOrLeader();
        var (outward, inward) = (!random.OneIn(3), random.OneIn(2));
        var inOrder = random.OneIn(2);
        var clogged = new List<(int From, int To)>();
        foreach (var other in world.Hosts)
        {
            if (other == host || random.OneIn(3)) continue;
            if (outward) clogged.Add((host.Index, other.Index));
            if (inward) clogged.Add((other.Index, host.Index));
        }

        if (clogged.Count == 0) return;
        world.Coverage.Count(Seen.Clogs);
        world.Note(217, $"clogged: {string.Join(", ", clogged.Select(link => $"{world.Hosts[link.From].Node} → {world.Hosts[link.To].Node}"))}");
        foreach (var (from, to) in clogged) world.Network.Clog(from, to);
        faults.Until(random.Between(50_000, 3_000_000), () =>
        {
            world.Note(218, "the clog gives way");
            foreach (var (from, to) in clogged) world.Network.Unclog(from, to, inOrder);
        });
    }

    private void ResetFalsely()
    {
        if (faults.Any().Process is not { } process) return;
        world.Coverage.Count(Seen.FalseResets);
        var node = faults.AnyOrLeader().Node;
        if (node != process.Host.Node) world.Input(process, () => process.Replica.PeerUnreachable(node));
    }

    /// <summary>It hears everybody, and is heard by few or none.</summary>
    public void Silence(Host host)
    {
        world.Note(260, $"{host.Node} is not heard by all");
        foreach (var other in world.Hosts)
        {
            if (other != host && !random.OneIn(4)) world.Network.Cut(host.Index, other.Index);
        }

        HealLater(random.Between(10_000, 1_000_000));
    }

    private void CutBoth(Host one, Host other)
    {
        if (one == other) return;
        world.Network.Cut(one.Index, other.Index);
        world.Network.Cut(other.Index, one.Index);
    }

    private void HealLater(long after) => faults.Until(after, () =>
    {
        world.Note(202, "partition heals");
        world.Network.Heal();
    });
}
