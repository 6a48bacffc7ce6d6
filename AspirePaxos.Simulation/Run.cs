using AspirePaxos.Protocol;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Simulation;

/// <param name="Inputs">Handled by replicas, ticks not counted: what makes a run worth counting.</param>
/// <param name="Events">Everything that happened, ticks and what is on the network too.</param>
/// <param name="TraceHash">Equal for equal seeds and settings.</param>
public sealed record RunResult(ulong Seed, long Inputs, long Events, int Operations, int Slots, Coverage Coverage, ulong TraceHash, bool Counts);

/// <summary>One seed from start to end: faults for a while, then everything heals and must converge.</summary>
public static class Run
{
    public const int DefaultInputs = 6_000;
    public const int MinInputs = 5_000;
    public const int MinOperations = 100;
    public const int MinFaultKinds = 3;
    private const int MaxStates = 200_000;
    private const long Second = 1_000_000;
    private const long MaxFaultTime = 400 * Second;
    private const long ClientsEnd = 60 * Second;
    private const long WritesSucceed = 15 * Second;
    private const long ReplicasConverge = 5 * Second;

    /// <param name="output">Where the trace goes; null: nowhere.</param>
    /// <exception cref="SimulationException">A rule was broken; the message names the seed and how to replay it.</exception>
    public static RunResult Seed(ulong seed, int inputs = DefaultInputs, TextWriter? output = null)
    {
        var world = new World(seed, output);
        bool decided;
        try
        {
            Break(world, inputs);
            Converge(world);
            decided = CheckHistory(world);
        }
        catch (Exception broken)
        {
            throw new SimulationException(
                $"Seed {seed} at {world.Queue.Now / 1000.0:F3} ms: {(broken is SimulationException ? "" : $"{broken.GetType().Name}: ")}{broken.Message}\n"
                + $"Replay: dotnet run --project AspirePaxos.Simulation -- --seed {seed}{(inputs == DefaultInputs ? "" : $" --steps {inputs}")} --trace", broken);
        }

        var counts = decided && world.Inputs >= MinInputs && world.Clients.Operations.Count >= MinOperations && world.Coverage.FaultKinds >= MinFaultKinds;
        return new RunResult(seed, world.Inputs, world.Queue.Steps, world.Clients.Operations.Count, world.Checker.ChosenSlots, world.Coverage, world.Trace.Hash, counts);
    }

    private static void Break(World world, int inputs)
    {
        world.Note(230, world.Plan.ToString());
        foreach (var host in world.Hosts) world.StartHost(host);
        world.Clients.Begin();
        world.Queue.After(world.Plan.QuietStart, world.Faults.Begin);
        while (world.Queue.Now < MaxFaultTime
            && (world.Inputs < inputs || world.Clients.Operations.Count < MinOperations || world.Coverage.FaultKinds < MinFaultKinds))
        {
            world.Queue.Step();
        }
    }

    private static void Converge(World world)
    {
        world.Note(231, "all faults end");
        var formed = world.Hosts.TrueForAll(host => host.Disk.Cluster.ClusterId.Length > 0);
        world.Faults.HealAll(everyone: !(world.Plan.HealsQuorumOnly && formed));
        world.Clients.Stop();
        var live = world.Hosts.Where(host => host.Process is not null).ToList();
        Until(world, ClientsEnd, "a client's operation never ends", () => world.Clients.Idle);
        var probes = live.ConvertAll(world.Clients.Probe);
        Until(world, WritesSucceed, "a write through a node never succeeds", () => probes.TrueForAll(probe => probe.Ending == Ending.Done));
        Until(world, ReplicasConverge, "the replicas do not converge", () =>
            live.TrueForAll(host => host.Process!.Replica.AppliedIndex == world.Checker.HighestApplied));
        var fingerprints = live.Select(host => host.Process!.Store.Fingerprint()).Distinct().Count();
        if (fingerprints != 1) throw new SimulationException("the replicas applied the same slots and hold different states");
    }

    private static void Until(World world, long time, string otherwise, Func<bool> condition)
    {
        var end = world.Queue.Now + time;
        for (var i = 0; ; i++)
        {
            if (i % 16 == 0 && condition()) return;
            world.Queue.Step();
            if (world.Queue.Now > end) throw new SimulationException($"{otherwise}: {Picture(world)}");
        }
    }

    private static string Picture(World world) => string.Join("; ", world.Hosts.Select(host => host.Process?.Replica is { } replica
        ? $"{host.Node} {replica.Role} of {replica.Leader}, {replica.Ballot}, promised {replica.Promised}, commit {replica.CommitIndex}, applied {replica.AppliedIndex}, last {replica.LastSlot}"
        : $"{host.Node} down"));

    /// <returns>False where the search for an order was given up.</returns>
    private static bool CheckHistory(World world)
    {
        world.Clients.Requests.CheckNothingTwice();
        var verdict = LinearizabilityChecker.Check(ClientHistory.Of(world.Clients.Operations), MaxStates);
        if (!verdict.Linearizable && !verdict.Undecided) throw new SimulationException($"the clients' history is not linearizable: {verdict.Explanation}") { Counterexample = verdict.Counterexample };
        return !verdict.Undecided;
    }
}
