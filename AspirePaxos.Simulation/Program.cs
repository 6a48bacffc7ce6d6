using System.Diagnostics;
using AspirePaxos.Simulation;
using AspirePaxos.Simulation.Linearizability;

const string help = """
    Runs simulated clusters; one seed decides everything that happens in one of them.

      --seed N [--steps M] [--trace]   one seed: at least M inputs under faults, every event printed with --trace
      --seeds COUNT [--from N]         seeds N, N+1, …, on all processors
      --minutes M [--from N]           the same until the time is over
      verify FILE.jsonl [--html OUT]   checks a recorded history; verify --help says more
      --help                           this text

    Exit code 1 and the seed where a rule was broken.
    """;

if (args is ["verify", .. var options]) return new VerifyCommand(Console.In, Console.Out, Console.Error).Run(options);

var arguments = new Arguments(args);
if (args.Length == 0 || arguments.Has("--help"))
{
    Console.WriteLine(help);
    return 0;
}

if (arguments.Unknown("--seed", "--steps", "--trace", "--seeds", "--from", "--minutes") is { } unknown)
{
    Console.Error.WriteLine($"Unknown option {unknown}.\n\n{help}");
    return 2;
}

var inputs = (int)(arguments.Number("--steps") ?? Run.DefaultInputs);
if (arguments.Number("--seed") is { } seed) return One((ulong)seed);
var from = (ulong)(arguments.Number("--from") ?? 1);
return Many(from, arguments.Number("--seeds") ?? long.MaxValue, TimeSpan.FromMinutes(arguments.Number("--minutes") ?? 525_600));

int One(ulong seed)
{
    using var output = new StreamWriter(Console.OpenStandardOutput());
    try
    {
        var run = Run.Seed(seed, inputs, arguments.Has("--trace") ? output : null);
        output.WriteLine($"Seed {seed}: {run.Inputs} inputs, {run.Events} events, {run.Operations} operations, {run.Slots} slots, trace {run.TraceHash:x16}, {(run.Counts ? "counts" : "too short to count")}");
        output.WriteLine(run.Coverage);
        return 0;
    }
    catch (SimulationException broken)
    {
        output.Flush();
        Console.Error.WriteLine(broken.Message);
        if (broken.InnerException is { } inner and not SimulationException) Console.Error.WriteLine(inner.StackTrace);
        if (broken.InnerException is SimulationException { Counterexample: { } counterexample })
        {
            var page = Path.Combine(Path.GetTempPath(), $"paxos-seed-{seed}.html");
            CounterexamplePage.Write(counterexample, page);
            Console.Error.WriteLine($"To look at: {page}");
        }

        return 1;
    }
}

int Many(ulong first, long count, TimeSpan time)
{
    var clock = Stopwatch.StartNew();
    var batch = new SeedBatch(first, count, Console.Error.WriteLine);
    using var progress = new Timer(_ => Console.WriteLine(batch.Progress(clock.Elapsed)), null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
    batch.Execute(inputs, () => clock.Elapsed >= time);
    Console.WriteLine(batch.Progress(clock.Elapsed));
    Console.WriteLine(batch.Coverage);
    return batch.Failures.Count == 0 ? 0 : 1;
}
