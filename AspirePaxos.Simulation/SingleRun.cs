using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Simulation;

/// <summary>One seed from the command line.</summary>
internal static class SingleRun
{
    /// <returns>The exit code.</returns>
    public static int Execute(CommandLine line)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
        try
        {
            var run = Run.Execute(line.First, line.Trace ? output : null);
            output.WriteLine($"Seed {run.Seed}: {run.Inputs} inputs, {run.Events} events, {run.Operations} operations, {run.Slots} slots, trace {run.TraceHash:x16}, {(run.Counts ? "counts" : "too short to count")}");
            output.WriteLine(run.Coverage);
            return 0;
        }
        catch (SimulationException broken)
        {
            output.Flush();
            Console.Error.WriteLine(broken.Message);
            if (broken.InnerException is { } inner and not SimulationException) Console.Error.WriteLine(inner.StackTrace);
            WritePage(line.First.Seed, broken);
            if (!line.Trace && line.Shrinks) Console.Error.WriteLine($"\nThe smallest run found that fails alike:\n{new Shrinking(line.First, broken).Smallest().Message}");
            return 1;
        }
    }

    private static void WritePage(ulong seed, SimulationException broken)
    {
        if (broken.InnerException is not SimulationException { Counterexample: { } counterexample }) return;
        var page = Path.Combine(Path.GetTempPath(), $"paxos-seed-{seed}.html");
        CounterexamplePage.Write(counterexample, page);
        Console.Error.WriteLine($"To look at: {page}");
    }
}
