using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// The end of a run (liveness): a random quorum becomes healthy, whatever the others do, and must choose, apply and answer in bounded
/// time; then everything is repaired, and all replicas must come to the same state.
/// </summary>
internal sealed class Healing(World world, Prng random)
{
    private const long Second = 1_000_000;
    private const long WritesSucceed = 15 * Second;
    private const long ClientsEnd = 100 * Second;
    private const long ReplicasConverge = 5 * Second;

    public void Run()
    {
        world.Note(231, "all faults end");
        world.Faults.End();
        world.Clients.Stop();
        world.Network.Quiet = true;
        var whole = world.Hosts.FindAll(DirectoryFaults.IsWhole);
        if (world.Plan.HealsQuorumFirst && new Quorum(world.Hosts.Count).Reached(whole.Count)) RecoverQuorum(whole);
        RecoverAll();
    }

    private void RecoverQuorum(List<Host> whole)
    {
        var quorum = whole.OrderBy(_ => random.Next()).Take(new Quorum(world.Hosts.Count).Size).ToList();
        world.Note(232, $"a quorum heals: {string.Join(", ", quorum.Select(host => host.Node.Name).Order(StringComparer.Ordinal))}");
        world.Network.UnclogAll();
        world.Network.Heal();
        foreach (var host in world.Hosts.Except(quorum)) Break(host);
        foreach (var host in quorum) Repair(host);
        world.Coverage.Count(Seen.BrokenMinorities);
        MustWrite(quorum, "a healthy quorum");
        Until(ReplicasConverge, "a healthy quorum does not converge", () => Converged(quorum));
    }

    /// <summary>One that is not of the quorum is down, silent, deaf, asleep, or cannot write.</summary>
    private void Break(Host host)
    {
        var machine = world.Machine(host);
        switch (random.Between(0, 5))
        {
            case 0:
                if (host.Process is not null) world.CrashHost(host, random);
                break;
            case 1:
                CutOff(host, outward: true, inward: false);
                break;
            case 2:
                CutOff(host, outward: false, inward: true);
                break;
            case 3:
                machine.Paused = host.Process is not null;
                break;
            default:
                machine.DiskDelay = 1_000 * Second;
                break;
        }
    }

    private void CutOff(Host host, bool outward, bool inward)
    {
        foreach (var other in world.Hosts)
        {
            if (outward) world.Network.Cut(host.Index, other.Index);
            if (inward) world.Network.Cut(other.Index, host.Index);
        }
    }

    private void RecoverAll()
    {
        world.Note(233, "all heal");
        world.Network.Heal();
        world.Network.UnclogAll();
        foreach (var host in world.Hosts) Repair(host);
        FindDivergences();
        world.Faults.RepairDirectories();
        foreach (var host in world.Hosts) Repair(host);
        Until(ClientsEnd, "a client's operation never ends", () => world.Clients.Idle);
        MustWrite(world.Hosts, "all being well");
        Until(ReplicasConverge, "the replicas do not converge", () => Converged(world.Hosts));
        var fingerprints = world.Hosts.Select(host => host.Process!.Store.Fingerprint()).Distinct().Count();
        if (fingerprints != 1) throw new SimulationException("the replicas applied the same slots and hold different states");
    }

    /// <summary>Rule 14: a replica whose state went another way stops serving, for good, once there are a few more slots to compare.</summary>
    private void FindDivergences()
    {
        var diverging = world.Hosts.FindAll(host => host.Disk.Diverges);
        var sound = world.Hosts.FindAll(DirectoryFaults.IsWhole);
        if (diverging.Count == 0 || sound.Count + diverging.Count < world.Hosts.Count) return;
        for (var i = 0; i <= world.Plan.HashInterval && diverging.Exists(host => host.Disk.Cluster.Stopped is null); i++) MustWrite([sound[0]], "one diverging");
        Until(WritesSucceed, "a replica goes on with a state that differs from the others'", () => diverging.TrueForAll(host => host.Disk.Cluster.Stopped is not null));
    }

    private void Repair(Host host)
    {
        var machine = world.Machine(host);
        machine.StartsInWrongMode = false;
        world.RepairDisk(host);
        if (machine.Paused) world.Resume(host);
        if (host.Process is { } process && process.Replica.Options.Mode != world.Mode) world.CrashHost(host, random);
        if (host.Process is null) world.StartHost(host);
    }

    private void MustWrite(List<Host> through, string when)
    {
        foreach (var host in through) world.Clients.Probe(host);
        Until(WritesSucceed, $"{when}, a write through a node never succeeds", () => through.TrueForAll(world.Clients.HasWrittenThrough));
    }

    private bool Converged(List<Host> hosts) => hosts.TrueForAll(host => host.Process!.Replica.AppliedIndex == world.Checker.HighestApplied);

    private void Until(long time, string otherwise, Func<bool> condition)
    {
        var end = world.Queue.Now + time;
        for (var i = 0; ; i++)
        {
            if (i % 16 == 0 && condition()) return;
            world.Queue.Step();
            if (world.Queue.Now > end) throw new SimulationException($"{otherwise}: {Picture()}");
        }
    }

    private string Picture() => string.Join("; ", world.Hosts.Select(host => host.Process?.Replica is { } replica
        ? $"{host.Node} {replica.Role} of {replica.Leader}, {replica.Ballot}, promised {replica.Promised}, commit {replica.CommitIndex}, applied {replica.AppliedIndex}, last {replica.LastSlot}"
        : $"{host.Node} down"));
}
