using AspirePaxos.Protocol;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Simulation;

/// <param name="Inputs">Handled by replicas, ticks not counted: what makes a run worth counting.</param>
/// <param name="Events">Everything that happened, ticks and what is on the network too.</param>
/// <param name="TraceHash">Equal for equal seeds and settings.</param>
public sealed record RunResult(ulong Seed, long Inputs, long Events, int Operations, int Slots, Coverage Coverage, ulong TraceHash, bool Counts)
{
    public TimeSpan SimulatedTime { get; init; }
}

/// <summary>One seed from start to end: faults for a while, then everything heals and must converge.</summary>
public static class Run
{
    public const int DefaultInputs = 6_000;
    public const int MinInputs = 5_000;
    public const int MinOperations = 100;
    public const int MinFaultKinds = 3;
    private const int MaxStates = 200_000;
    private const long MaxFaultTime = 400_000_000;

    /// <param name="output">Where the trace goes; null: nowhere.</param>
    /// <exception cref="SimulationException">A rule was broken; the message names the seed and how to replay it.</exception>
    public static RunResult Seed(ulong seed, int inputs = DefaultInputs, TextWriter? output = null) => Execute(new RunSettings(seed, inputs), output);

    public static RunResult Execute(RunSettings settings, TextWriter? output = null)
    {
        var world = new World(settings, output);
        bool decided;
        try
        {
            Break(world, settings.Inputs);
            new Healing(world, new Prng(settings.Seed ^ 0x5265_636f_7665_7279)).Run();
            decided = CheckHistory(world);
        }
        catch (Exception broken)
        {
            throw new SimulationException(
                $"Seed {settings.Seed} at {world.Queue.Now / 1000.0:F3} ms: {(broken is SimulationException ? "" : $"{broken.GetType().Name}: ")}{broken.Message}\n"
                + $"Replay: dotnet run --project AspirePaxos.Simulation -- {settings} --trace", broken);
        }

        var counts = decided && world.Inputs >= MinInputs && IsEventful(world);
        return new RunResult(settings.Seed, world.Inputs, world.Queue.Steps, world.Clients.Operations.Count, world.Checker.ChosenSlots, world.Coverage, world.Trace.Hash, counts)
        {
            SimulatedTime = TimeSpan.FromMicroseconds(world.Queue.Now),
        };
    }

    private static bool IsEventful(World world) => world.Clients.Operations.Count >= MinOperations && world.Coverage.FaultKinds >= MinFaultKinds;

    private static void Break(World world, int inputs)
    {
        world.Note(230, world.Plan.ToString());
        foreach (var host in world.Hosts) world.StartHost(host);
        world.Clients.Begin();
        world.Queue.After(world.Plan.QuietStart, world.Faults.Begin);
        while (world.Queue.Now < MaxFaultTime && (world.Inputs < inputs || (inputs >= MinInputs && !IsEventful(world)))) world.Queue.Step();
    }

    /// <returns>False where the search for an order was given up.</returns>
    private static bool CheckHistory(World world)
    {
        world.Clients.CheckNothingTwice();
        var verdict = LinearizabilityChecker.Check(ClientHistory.Of(world.Clients.Operations), MaxStates);
        if (!verdict.Linearizable && !verdict.Undecided) throw new SimulationException($"the clients' history is not linearizable: {verdict.Explanation}") { Counterexample = verdict.Counterexample };
        return !verdict.Undecided;
    }
}
