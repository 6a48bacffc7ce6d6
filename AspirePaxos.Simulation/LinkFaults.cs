using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>Partitions of all shapes, clogged links, broken connections.</summary>
internal sealed class LinkFaults(World world, FaultInjector faults, Prng random)
{
    /// <summary>Microseconds; more than two heartbeats and twice what a learner waits before it asks.</summary>
    private const long LongEnoughToLearn = 400_000;

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
        switch (random.Between(0, world.Hosts.Count > 4 ? 5 : 3))
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
                LeaveFollowers();
                return;
        }

        HealLater(random.Between(100_000, 4_000_000));
    }

    /// <summary>
    /// The leader is left with as many followers as a quorum of the others can do without, and the others find out at once. When they have
    /// chosen something the clients fall silent, and one of those followers comes back: it learns what was chosen without having promised
    /// anything, since nothing more is proposed, and the old leader learns that from it while another follower (there is one with
    /// seven replicas) still holds what that leader proposed (decision 3).
    /// </summary>
    private void LeaveFollowers()
    {
        var leader = faults.Leader() ?? faults.Any();
        var others = world.Hosts.Where(host => host != leader).OrderBy(_ => random.Next()).ToList();
        var quorum = (world.Hosts.Count / 2) + 1;
        var (rest, followers) = (others[..quorum], others[quorum..]);
        world.Coverage.Count(Seen.FollowersLeft);
        world.Note(261, $"{leader.Node} and {string.Join(", ", followers.Select(host => host.Node.Name))} see nobody else");
        foreach (var other in rest)
        {
            foreach (var host in followers.Append(leader)) CutBoth(host, other);
            if (other.Process is { } process) world.Input(process, () => process.Replica.PeerUnreachable(leader.Node));
        }

        ReturnWhenChosen(followers[0], leader, rest, slots: random.Between(1, 4), patience: 500);
        HealLater(random.Between(700_000, 2_000_000));
    }

    /// <param name="slots">So many slots more than the leader knows, the others have chosen by then.</param>
    /// <param name="patience">Milliseconds; then it stays away.</param>
    private void ReturnWhenChosen(Host follower, Host leader, List<Host> rest, long slots, int patience) => faults.Until(1_000, () =>
    {
        if (leader.Process is not { Replica.Role: Role.Leader } old || patience == 0) return;
        if (!rest.Exists(host => host.Process?.Replica.CommitIndex >= old.Replica.CommitIndex + slots))
        {
            ReturnWhenChosen(follower, leader, rest, slots, patience - 1);
            return;
        }

        world.Coverage.Count(Seen.FollowersBack);
        world.Note(262, $"{follower.Node} is back, and the clients rest");
        world.Clients.Rest(LongEnoughToLearn);
        foreach (var other in rest)
        {
            world.Network.Mend(follower.Index, other.Index);
            world.Network.Mend(other.Index, follower.Index);
        }
    });

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
