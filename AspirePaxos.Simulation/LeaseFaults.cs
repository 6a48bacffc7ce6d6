using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// What strains a lease (rule 16): a leader that just a quorum follows stops or falls silent, its connections break, so that nobody waits
/// for silence, and those that follow it slept, heard it last at different times, are answered late, start anew, or take over from it.
/// </summary>
internal sealed class LeaseFaults(World world, FaultInjector faults, HostFaults hosts, Prng random)
{
    /// <summary>Not long enough for the leader to give up.</summary>
    private const long Longest = 550_000;

    public void Begin() => faults.Every(world.Plan.LeaseStrainEvery, Strain);

    private void Strain()
    {
        if (faults.Leader() is not { } leader) return;
        var others = world.Hosts.Where(host => host != leader).OrderBy(_ => random.Next()).ToList();
        var followers = others[..(world.Hosts.Count / 2)];
        world.Coverage.Count(Seen.LeaseStrains);
        world.Note(270, $"{leader.Node} is followed by {string.Join(", ", followers.Select(host => host.Node.Name))} only");
        foreach (var stranger in others.Except(followers)) Between(leader, stranger, world.Network.Cut);
        if (random.OneIn(2)) PullClocksApart(leader, followers);
        var alone = random.Between(Longest, 3 * Longest);
        foreach (var follower in followers) Loosen(leader, follower, alone);
        faults.Until(alone, () => Break(leader, followers));
        faults.Until(alone + random.Between(500_000, 2_000_000), world.Network.Heal);
    }

    /// <summary>As far as rule 16 lets them: the leader's runs slow, the others' fast.</summary>
    private void PullClocksApart(Host leader, List<Host> followers)
    {
        if (world.Plan.ClockDrift == 0) return;
        world.Coverage.Count(Seen.ClocksPulledApart);
        world.Machine(leader).Drift(world.Queue.Now, 1 - world.Plan.ClockDrift);
        foreach (var follower in followers) world.Machine(follower).Drift(world.Queue.Now, 1 + world.Plan.ClockDrift);
    }

    /// <summary>Until then one of the followers sleeps for a while, or is reached no more, or is heard late, or nothing is wrong with it.</summary>
    private void Loosen(Host leader, Host follower, long until)
    {
        var time = random.Between(100_000, Longest);
        switch (random.Between(0, 4))
        {
            case 0:
                // What it was sent while it slept is the last for a while.
                faults.Until(until - time, () => hosts.PauseFor(follower, time));
                faults.Until(until - random.Between(0, time / 3), () => world.Network.Cut(leader.Index, follower.Index));
                break;
            case 1:
                faults.Until(until - time, () => world.Network.Cut(leader.Index, follower.Index));
                break;
            case 2:
                faults.Until(until - time, () => world.Network.Clog(follower.Index, leader.Index));
                faults.Until(until - (time / 2), () => world.Network.Cut(leader.Index, follower.Index));
                faults.Until(until, () => world.Network.Unclog(follower.Index, leader.Index, inOrder: true));
                break;
        }
    }

    private void Break(Host leader, List<Host> followers)
    {
        var handsOver = random.OneIn(3);
        if (handsOver) hosts.AskToHandOver(leader);
        faults.Until(handsOver ? random.Between(100, 100_000) : random.Between(0, 20_000), () =>
        {
            world.Note(271, $"{leader.Node} falls silent, its connections break");
            if (random.OneIn(2)) hosts.PauseFor(leader, random.Between(300_000, 2_000_000));
            else foreach (var other in world.Hosts) Between(leader, other, world.Network.Cut);
            foreach (var other in world.Hosts)
            {
                if (other != leader && other.Process is { } process) world.Input(process, () => process.Replica.PeerUnreachable(leader.Node));
            }

            if (random.OneIn(2)) return;
            foreach (var follower in followers) hosts.RestartAtOnce(follower);
        });
    }

    private static void Between(Host a, Host b, Action<int, int> change)
    {
        if (a == b) return;
        change(a.Index, b.Index);
        change(b.Index, a.Index);
    }
}
