using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// Data directories that are lost, damaged, or not the node's own any more: old copies, replaced ones. As many at a time as leave a quorum
/// of the others theirs: that is what recovery needs (rule 15), as the documentation says.
/// </summary>
internal sealed class DirectoryFaults(World world, FaultInjector faults, Prng random)
{
    private readonly List<(Host Host, Disk Disk)> old = [];
    private (Host Host, Disk Own)? strange;

    public void Begin()
    {
        faults.Every(world.Plan.WipeEvery, Wipe);
        faults.Every(world.Plan.StrangeDiskEvery / 3, Copy);
        faults.Every(world.Plan.StrangeDiskEvery, StartOnStrangeDisk);
        if (world.Plan.Diverges) faults.Every(4_000_000, Diverge);
        if (world.Plan.Diverges) faults.Every(1_000_000, ReplaceStopped);
    }

    /// <summary>Every node is given its own directory, or an empty one where that may not serve any more.</summary>
    public void End()
    {
        if (strange is { } case_)
        {
            if (case_.Host.Process is not null) world.CrashHost(case_.Host, random);
            case_.Host.Replace(case_.Own);
            strange = null;
        }

        foreach (var host in world.Hosts)
        {
            if (host.Disk.Diverges) Replace(host);
        }
    }

    /// <summary>It may take part as soon as it runs: formed, not recovering, its own and sound.</summary>
    public static bool IsWhole(Host host) => IsWhole(host.Disk);

    private static bool IsRecovering(Disk disk) => disk is { IsStrange: false, Diverges: false, Cluster: { Recovering: true, Stopped: null } };

    private static bool IsWhole(Disk disk) =>
        disk is { IsStrange: false, Diverges: false, Cluster: { Recovering: false, Stopped: null, ClusterId.Length: > 0 } };

    private bool AllWhole => strange is null && world.Hosts.TrueForAll(IsWhole);

    /// <summary>Where a node runs on a strange directory, its own one counts.</summary>
    private bool MayLose(Host host) =>
        strange?.Host != host && (IsWhole(host) || IsRecovering(host.Disk))
        && world.Hosts.Count(other => other != host && !(strange is { } its && its.Host == other ? IsWhole(its.Own) : IsWhole(other))) < (world.Hosts.Count - 1) / 2;

    private void Wipe()
    {
        var host = faults.AnyOrLeader();
        if (!MayLose(host)) return;
        if (!AllWhole) world.Coverage.Count(Seen.OverlappingLosses);
        if (world.Hosts.Count > 3 && random.OneIn(3) && faults.Leader() is { } leader && leader != host)
        {
            LoseOnlyFollower(leader, host);
            return;
        }

        if (!random.OneIn(3))
        {
            Lose(host);
            return;
        }

        // What it says last is on its way for a while yet, and arrives when a new directory has taken its place.
        var clogged = world.Hosts.Where(other => other != host && !random.OneIn(3)).Select(other => (host.Index, other.Index)).ToList();
        foreach (var (from, to) in clogged) world.Network.Clog(from, to);
        faults.Until(random.Between(100, 100_000), () =>
        {
            foreach (var (from, to) in clogged) world.Network.Release(from, to, longest: 4_000_000);
            if (MayLose(host)) Lose(host);
        });
    }

    /// <summary>
    /// The one follower that a leader reaches loses its directory, and comes back at once: what it had accepted is still waiting for others,
    /// who hear of the new directory first. As many of them as make a quorum with the lost one come back before the rest; and the leader
    /// may not be there when the others report.
    /// </summary>
    private void LoseOnlyFollower(Host leader, Host follower)
    {
        world.Note(247, $"{leader.Node} reaches only {follower.Node}");
        var rest = world.Hosts.FindAll(other => other != leader && other != follower);
        foreach (var other in rest) Between(leader, other, world.Network.Cut);
        faults.Until(random.Between(1_000, 100_000), () =>
        {
            if (MayLose(follower)) Lose(follower, 10_000);
            var first = rest[..((world.Hosts.Count / 2) - 1)];
            var (gone, after) = (random.Between(5_000, 100_000), random.Between(20_000, 600_000));
            faults.Until(gone, () => Between(leader, follower, world.Network.Cut));
            faults.Until(after, () => first.ForEach(other => Between(leader, other, world.Network.Mend)));
            faults.Until(after + random.Between(1_000, 600_000), () => world.Hosts.ForEach(other => Between(leader, other, world.Network.Mend)));
        });

        static void Between(Host a, Host b, Action<int, int> change)
        {
            change(a.Index, b.Index);
            change(b.Index, a.Index);
        }
    }

    private void Lose(Host host, long longest = 1_000_000)
    {
        var damaged = random.OneIn(3);
        world.Coverage.Count(damaged ? Seen.DamagedRecords : Seen.LostDisks);
        world.Note(240, $"{host.Node} {(damaged ? "finds a damaged record and does not start" : "loses its disk")}");
        if (host.Process is not null) world.CrashHost(host, random);
        Replace(host);
        faults.StartLater(host, damaged ? random.Between(300_000, 3_000_000) : random.Between(1_000, longest));
    }

    /// <summary>An empty directory.</summary>
    private void Replace(Host host)
    {
        if (host.Process is not null) world.CrashHost(host, random);
        old.Add((host, host.Disk));
        host.Replace(new Disk { Incarnation = (long)(random.Next() >> 1) + 1 });
        world.Note(241, $"{host.Node} gets an empty directory");
    }

    private void Copy()
    {
        var host = faults.Any();
        if (!IsWhole(host) || strange is not null) return;
        old.Add((host, host.Disk.Copy()));
        if (old.Count > 8) old.RemoveAt(0);
    }

    /// <summary>Somebody starts a node on a copy that is too old, or on the directory that was replaced.</summary>
    private void StartOnStrangeDisk()
    {
        if (!AllWhole) return;
        var candidates = old.FindAll(kept => IsKnownToBeOld(kept.Host, kept.Disk));
        if (candidates.Count == 0) return;
        var (host, disk) = candidates[(int)random.Between(0, candidates.Count)];
        world.Coverage.Count(disk.Incarnation == host.Disk.Incarnation ? Seen.RestoredCopies : Seen.ReplacedDisksStarted);
        world.Note(242, $"{host.Node} is started on {(disk.Incarnation == host.Disk.Incarnation ? "an old copy of its directory" : "the directory that was replaced")}");
        if (host.Process is not null) world.CrashHost(host, random);
        strange = (host, host.Disk);
        var copy = disk.Copy();
        copy.IsStrange = true;
        host.Replace(copy);
        world.StartHost(host);
        faults.Until(random.Between(1_000_000, 6_000_000), () => PutBack(host));
    }

    private void PutBack(Host host)
    {
        if (strange is not { } its || its.Host != host) return;
        if (host.Process is not null) world.CrashHost(host, random);
        world.Note(243, $"{host.Node} has its own directory back");
        host.Replace(its.Own);
        strange = null;
        faults.StartLater(host, random.Between(1_000, 200_000));
    }

    /// <summary>
    /// All others can tell, durably: they saw a later start than the one that comes, or the incarnation that took its place. (What
    /// nobody can tell apart from the real one is the limit that the documentation states.)
    /// </summary>
    private bool IsKnownToBeOld(Host host, Disk disk) => world.Hosts.TrueForAll(other =>
        other == host
        || other.Disk.Cluster.Retired.Contains(new Member(host.Node, disk.Incarnation))
        || (disk.Incarnation == host.Disk.Incarnation
            && other.Disk.Cluster.Boots.Any(seen => seen.Node == host.Node && seen.BootCounter > disk.BootCounter + 1)));

    /// <summary>From now on one replica's state goes another way (rule 14).</summary>
    private void Diverge()
    {
        if (!AllWhole) return;
        var host = faults.AnyOrLeader();
        world.Coverage.Count(Seen.Divergences);
        world.Note(244, $"{host.Node} applies differently from now on");
        host.Disk.Diverges = true;
    }

    private void ReplaceStopped()
    {
        foreach (var host in world.Hosts)
        {
            if (host.Disk.IsStrange || host.Disk.Cluster.Stopped is null) continue;
            Replace(host);
            faults.StartLater(host, random.Between(1_000, 1_000_000));
        }
    }
}
