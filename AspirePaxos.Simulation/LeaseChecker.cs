using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// Rule 16: whoever would answer a read by lease at this moment, by its own clock, knows of everything that anyone has applied, whether
/// a client asks it or not, and whether it is paused or not.
/// </summary>
internal sealed class LeaseChecker(World world)
{
    private readonly Dictionary<Process, Ballot> paused = [];

    /// <summary>A slot was applied that nobody had applied before.</summary>
    public void CheckAll()
    {
        if (!world.Plan.Leases) return;
        foreach (var host in world.Hosts)
        {
            if (host.Process is { } process) Check(process);
        }
    }

    public void Check(Process process)
    {
        if (!world.Plan.Leases || !Holds(process)) return;
        Rule.Requires(
            process.Replica.CommitIndex >= world.Checker.HighestApplied, process.Host,
            $"holds a lease for {process.Replica.Ballot} and knows slot {process.Replica.CommitIndex}, while slot {world.Checker.HighestApplied} is applied");
    }

    public void Pauses(Host host)
    {
        if (host.Process is { } process && Holds(process)) paused[process] = process.Replica.Ballot;
    }

    public void Resumed(Host host)
    {
        if (host.Process is not { } process || !paused.Remove(process, out var ballot)) return;
        if (process.Replica.Role == Role.Leader && process.Replica.Ballot == ballot && !Holds(process)) world.Coverage.Count(Seen.LeasesEndedInAPause);
    }

    private bool Holds(Process process) => process.Replica.HoldsLease(world.Machine(process.Host).Clock(world.Queue.Now));
}
