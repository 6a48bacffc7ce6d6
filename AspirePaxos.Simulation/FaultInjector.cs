using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>Breaks hosts, links and disks while it is on: when what happens is decided here, what it does in the classes it begins.</summary>
internal sealed class FaultInjector
{
    private const int RareAmbush = 12;
    private const int SilencedLeaderOneIn = 8;
    private readonly World world;
    private readonly Prng random;
    private readonly LinkFaults links;
    private readonly HostFaults hosts;
    private readonly LeaseFaults leases;
    private readonly DiskFaults disks;
    private readonly DirectoryFaults directories;
    private bool on;

    public FaultInjector(World world, Prng random)
    {
        (this.world, this.random) = (world, random);
        links = new LinkFaults(world, this, random);
        hosts = new HostFaults(world, this, random);
        leases = new LeaseFaults(world, this, hosts, random);
        disks = new DiskFaults(world, this, random);
        directories = new DirectoryFaults(world, this, random);
    }

    public void Begin()
    {
        on = true;
        world.Network.Quiet = false;
        links.Begin();
        hosts.Begin();
        disks.Begin();
        directories.Begin();
        leases.Begin();
    }

    /// <summary>No fault begins or ends by itself any more.</summary>
    public void End() => on = false;

    /// <summary>Whoever runs on a directory that is not its own, or not sound, gets the right one, or an empty one.</summary>
    public void RepairDirectories() => directories.End();

    /// <summary>What matters most often hangs on a single message: its sender is cut off or dies while others are still on their way.</summary>
    public void Sent(Process process, Message message)
    {
        if (!on || world.Plan.AmbushOneIn == 0) return;
        var rare = message is SnapshotChunk or RecoverQuery or RecoverReply;
        if (!rare && message is not (Prepare or Promise or Accept or Accepted)) return;
        if (!random.OneIn(rare ? Math.Min(RareAmbush, world.Plan.AmbushOneIn) : world.Plan.AmbushOneIn)) return;
        world.Coverage.Count(Seen.AmbushesOfRepair, rare ? 1 : 0);
        world.Coverage.Count(Seen.Ambushes);
        var dies = random.OneIn(2);
        world.Queue.After(random.Between(0, 1 + (2 * world.Plan.Latency)), () =>
        {
            if (!on || !process.Alive) return;
            if (dies) hosts.Kill(process.Host);
            else links.Isolate(process.Host);
        });
    }

    /// <summary>
    /// A ballot was won, and what must be proposed in it again is about to leave: now late answers to an earlier ballot of the same
    /// node matter, as long as its words do not get through.
    /// </summary>
    public void Won(Process process)
    {
        if (!on || world.Plan.AmbushOneIn == 0 || !random.OneIn(SilencedLeaderOneIn)) return;
        world.Coverage.Count(Seen.LeadersSilenced);
        links.Silence(process.Host);
    }

    /// <summary>A write to disk failed: the process ends itself, and is started again.</summary>
    public void StopAfterFailure(Host host, bool nothingSaved) => hosts.Kill(host, nothingSaved);

    public void StartLater(Host host, long after) => hosts.StartLater(host, after);

    public void Every(long interval, Action fault)
    {
        if (interval == 0) return;
        world.Queue.After(random.Between(interval / 2, interval * 3 / 2), () =>
        {
            if (!on) return;
            fault();
            Every(interval, fault);
        });
    }

    public void Until(long after, Action repair) =>
        world.Queue.After(after, () =>
        {
            if (on) repair();
        });

    public Host Any() => world.Hosts[(int)random.Between(0, world.Hosts.Count)];

    /// <summary>The one that leads, as far as anyone does: the interesting victim.</summary>
    public Host AnyOrLeader() => random.OneIn(2) ? Any() : Leader() ?? Any();

    public Host? Leader()
    {
        foreach (var host in world.Hosts)
        {
            if (host.Process?.Replica.Role == Role.Leader) return host;
        }

        return null;
    }
}
