using System.Globalization;

namespace AspirePaxos.Simulation;

/// <summary>What the command line asks for.</summary>
internal sealed record CommandLine
{
    private const string Help = """
        Runs simulated clusters; one seed decides everything that happens in one of them.

          --seed N                 one seed; the same seed gives the same run, to the event
            --trace                print every event: who sends what to whom, what becomes durable, what breaks
            --no-shrink            report a failure as it is found, instead of looking for a smaller run that fails in the same way
          --seeds COUNT            so many seeds, on all processors
          --minutes M              seeds until the time is over; Ctrl+C ends it with the summary so far
            --from N               the first of these seeds (default 1); --seed N does the same
            --threads T            on so many threads (default: one for each processor)

        For all of them:

          --steps M                at least M inputs to replicas while there are faults (default 6000)
          --without KIND,KIND      without these kinds of faults:
        {0}
          --replicas R             3, 5 or 7 replicas instead of what the seed draws
          --clients C, --keys K    so many instead of what the seed draws
          verify FILE.jsonl [--html OUT]  checks a recorded history; verify --help says more
          --help                   this text

        Exit code 0: no rule was broken. 1: one was; the smallest run that still breaks it is printed, and how to replay it. 2: wrong arguments.
        """;

    private const int MostOfAnything = 1_000;

    public long? Seed { get; private init; }

    public long? Seeds { get; private init; }

    public long? Minutes { get; private init; }

    public long? From { get; private init; }

    public int Threads { get; private init; } = Environment.ProcessorCount;

    public bool Trace { get; private init; }

    public bool Shrinks { get; private init; } = true;

    public bool WantsHelp { get; private init; }

    private int Steps { get; init; } = Run.DefaultInputs;

    private string[] Without { get; init; } = [];

    private int? Replicas { get; init; }

    private int? Clients { get; init; }

    private int? Keys { get; init; }

    /// <summary>One run only.</summary>
    public bool IsSingle => Seed is not null && Seeds is null && Minutes is null;

    public RunSettings First => new((ulong)(Seed ?? From ?? 1), Steps) { Without = Without, Replicas = Replicas, Clients = Clients, Keys = Keys };

    /// <exception cref="FormatException">The message says what is wrong.</exception>
    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var line = new CommandLine { WantsHelp = args.Count == 0 };
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            line = name switch
            {
                "--help" or "-h" => line with { WantsHelp = true },
                "--trace" => line with { Trace = true },
                "--no-shrink" => line with { Shrinks = false },
                _ => line.WithValue(name, i + 1 < args.Count ? args[++i] : null),
            };
        }

        line.Check();
        return line;
    }

    private CommandLine WithValue(string name, string? value) => name switch
    {
        "--seed" => this with { Seed = Number(name, value, 0, long.MaxValue) },
        "--seeds" => this with { Seeds = Number(name, value, 1, long.MaxValue) },
        "--minutes" => this with { Minutes = Number(name, value, 1, 525_600) },
        "--from" => this with { From = Number(name, value, 0, long.MaxValue) },
        "--threads" => this with { Threads = (int)Number(name, value, 1, MostOfAnything) },
        "--steps" => this with { Steps = (int)Number(name, value, 1, int.MaxValue) },
        "--without" => this with { Without = Kinds(value) },
        "--replicas" => this with { Replicas = (int)Number(name, value, 3, 7) },
        "--clients" => this with { Clients = (int)Number(name, value, 1, MostOfAnything) },
        "--keys" => this with { Keys = (int)Number(name, value, 1, MostOfAnything) },
        _ => throw new FormatException($"Unknown option {name}."),
    };

    private void Check()
    {
        if (WantsHelp) return;
        if (Seed is null && Seeds is null && Minutes is null) throw new FormatException("Say what to run: --seed, --seeds or --minutes.");
        if (Seed is not null && From is not null) throw new FormatException("--seed and --from both say where to begin: give one of them.");
        if (IsSingle && From is not null) throw new FormatException("--from goes with --seeds or --minutes.");
        if (Trace && !IsSingle) throw new FormatException("--trace goes with a single --seed.");
        if (Replicas is 4 or 6) throw new FormatException("--replicas wants 3, 5 or 7.");
    }

    private static long Number(string name, string? value, long least, long most) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException(most == long.MaxValue ? $"{name} wants a number after it, {least} or more." : $"{name} wants a number from {least} to {most} after it.");

    private static string[] Kinds(string? value)
    {
        var kinds = value?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        if (kinds.Length == 0) throw new FormatException($"--without wants kinds of faults after it: {AllKinds}.");
        if (kinds.FirstOrDefault(kind => FaultKind.Find(kind) is null) is { } unknown) throw new FormatException($"There is no kind of fault {unknown}: {AllKinds}.");
        return kinds;
    }

    public static string WholeHelp => Help.Replace("{0}", string.Join('\n', FaultKind.All.Concat(FaultKind.Twists).Select(kind => kind.Name).Chunk(8)
        .Select(names => $"{new string(' ', 27)}{string.Join(", ", names)}")), StringComparison.Ordinal);

    private static string AllKinds => string.Join(", ", FaultKind.All.Concat(FaultKind.Twists).Select(kind => kind.Name));
}
