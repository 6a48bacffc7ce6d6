using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// What strains a lease (rule 16): a leader that just about a quorum follows stops or falls silent, its connections break, so that nobody waits
/// for silence, and those that follow it were asleep, are started anew, or are just taking over from it.
/// </summary>
internal sealed class LeaseFaults(World world, FaultInjector faults, HostFaults hosts, Prng random)
{
    public void Begin() => faults.Every(world.Plan.LeaseStrainEvery, Strain);

    private void Strain()
    {
        if (faults.Leader() is not { } leader) return;
        world.Coverage.Count(Seen.LeaseStrains);
        var others = world.Hosts.Where(host => host != leader).OrderBy(_ => random.Next()).ToList();
        var followers = others[..(world.Hosts.Count / 2)];
        var strangers = others[(world.Hosts.Count / 2)..];
        world.Note(270, $"{leader.Node} is followed by {string.Join(", ", followers.Select(host => host.Node.Name))} only");
        foreach (var stranger in strangers) Between(leader, stranger, world.Network.Cut);
        var alone = random.Between(100_000, 1_500_000);
        if (random.OneIn(2)) faults.Until(alone - random.Between(0, 100_000), () => followers.ForEach(Doze));
        faults.Until(alone, () => Break(leader, followers));
        faults.Until(alone + random.Between(500_000, 2_000_000), world.Network.Heal);
    }

    /// <summary>Not long enough for the leader to give up.</summary>
    private void Doze(Host host) => hosts.PauseFor(host, random.Between(100_000, 550_000));

    private void Break(Host leader, List<Host> followers)
    {
        var handsOver = random.OneIn(3);
        if (handsOver) hosts.AskToHandOver(leader);
        faults.Until(handsOver ? random.Between(100, 100_000) : random.Between(0, 400_000), () =>
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
