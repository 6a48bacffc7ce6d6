using System.Globalization;
using AspirePaxos.Benchmarks.Load;

namespace AspirePaxos.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    private const string Help = """
        Starts a fresh cluster on this machine, loads it over HTTP and measures. `micro [filter]` runs the micro-benchmarks instead.

        What is measured: every workload at every number of connections and size of values, or the list given here.

          --quick               a few short ones, in about a minute
          --only NAME,NAME      of the workloads:
        {0}
          --connections N,N     default 1,16,64,256,1024
          --values BYTES,BYTES  default 10,256,4096,65536; beyond the first at 64 connections only, and for writes and reads of the leader
          --seconds S           of measuring for each (default 15), after --warmup S (default 5)
          --first-warmup S      before the first, shared by the workloads, at 64 connections (default 30): a fresh node compiles its hot code then
          --repeat N            everything N times; the table at the end has the medians
          --keys N              so many keys, drawn evenly (default 10000)
          --rate R              an open loop: R requests a second, latency from when each was meant to be sent

        Instead of these:

          --failover N          the gap in writes after kill -9 of the leader, and after a pause of it, N times each
          --restart             the time from the start to ready after kill -9 of all, with --commands N of history (default 1000000)
          --soak MINUTES        memory, sizes of files and latency over time, under the first workload of the list

        With all of them:

          --compare etcd        the same on three members of etcd, in turns, and every figure as a ratio
          --client KIND         raw (sockets, answers on one thread; the default), pooled (sockets, answers on the thread pool) or http (HttpClient)
          --data DIR            a folder for the data, on the disk that is to be measured (default: beside the program); what is made in it is deleted
          --json FILE           the figures, as JSON
          --help                this text

        Exit code 0: measured. 1: it could not be run. 2: wrong arguments. 130: interrupted.
        """;

    public bool WantsHelp { get; private init; }

    public bool Quick { get; private init; }

    public IReadOnlyList<Workload> Workloads { get; private init; } = Workload.All;

    public double? Rate { get; private init; }

    public int Failovers { get; private init; }

    public bool Restart { get; private init; }

    public int SoakMinutes { get; private init; }

    public bool ComparesEtcd { get; private init; }

    public string Client { get; private init; } = "raw";

    public string? DataDirectory { get; private init; }

    public string? JsonFile { get; private init; }

    public int Repeat { get; private init; } = 1;

    private int[]? GivenConnections { get; init; }

    private int[]? GivenValues { get; init; }

    private int? GivenSeconds { get; init; }

    private int? GivenWarmup { get; init; }

    private int? GivenFirstWarmup { get; init; }

    private int? GivenKeys { get; init; }

    private int? GivenCommands { get; init; }

    public TimeSpan Measuring => TimeSpan.FromSeconds(GivenSeconds ?? (Quick ? 2 : 15));

    public TimeSpan Warmup => TimeSpan.FromSeconds(GivenWarmup ?? (Quick ? 1 : 5));

    public TimeSpan FirstWarmup => TimeSpan.FromSeconds(GivenFirstWarmup ?? (Quick ? 10 : 30));

    public int Keys => GivenKeys ?? (Quick ? 1_000 : 10_000);

    public int Commands => GivenCommands ?? (Quick ? 20_000 : 1_000_000);

    /// <summary>In the order of the table.</summary>
    public IReadOnlyList<Case> Cases => Quick ? [.. QuickCases()] : [.. AllCases()];

    public static string WholeHelp => Help.Replace("{0}", string.Join('\n', Workload.All.Select(workload =>
        $"{"",24}{workload.Name,-11} {workload.Explanation}")), StringComparison.Ordinal);

    /// <exception cref="FormatException">The message says what is wrong.</exception>
    public static BenchmarkOptions Parse(IReadOnlyList<string> args)
    {
        var options = new BenchmarkOptions();
        for (var i = 0; i < args.Count; i++)
        {
            options = args[i] switch
            {
                "--help" or "-h" => options with { WantsHelp = true },
                "--quick" => options with { Quick = true },
                "--restart" => options with { Restart = true },
                _ => options.WithValue(args[i], i + 1 < args.Count ? args[++i] : null),
            };
        }

        options.Check();
        return options;
    }

    private BenchmarkOptions WithValue(string name, string? value) => name switch
    {
        "--only" => this with { Workloads = Named(value) },
        "--connections" => this with { GivenConnections = Numbers(name, value, 1, 10_000) },
        "--values" => this with { GivenValues = Numbers(name, value, 1, 1 << 20) },
        "--seconds" => this with { GivenSeconds = Number(name, value, 1, 3_600) },
        "--warmup" => this with { GivenWarmup = Number(name, value, 0, 3_600) },
        "--first-warmup" => this with { GivenFirstWarmup = Number(name, value, 0, 3_600) },
        "--repeat" => this with { Repeat = Number(name, value, 1, 100) },
        "--keys" => this with { GivenKeys = Number(name, value, 1, 999_999) },
        "--rate" => this with { Rate = Number(name, value, 1, 1_000_000) },
        "--failover" => this with { Failovers = Number(name, value, 1, 1_000) },
        "--commands" => this with { GivenCommands = Number(name, value, 1, 100_000_000) },
        "--soak" => this with { SoakMinutes = Number(name, value, 1, 10_000) },
        "--compare" => value == "etcd" ? this with { ComparesEtcd = true } : throw new FormatException("--compare wants etcd after it."),
        "--client" => this with { Client = value is "raw" or "pooled" or "http" ? value : throw new FormatException("--client wants raw, pooled or http after it.") },
        "--data" => this with { DataDirectory = Text(name, value) },
        "--json" => this with { JsonFile = Text(name, value) },
        _ => throw new FormatException($"Unknown option {name}."),
    };

    private void Check()
    {
        if (WantsHelp) return;
        if ((Failovers > 0 ? 1 : 0) + (Restart ? 1 : 0) + (SoakMinutes > 0 ? 1 : 0) > 1) throw new FormatException("--failover, --restart and --soak are measured one at a time.");
        if (GivenCommands is not null && !Restart) throw new FormatException("--commands goes with --restart.");
        if (Rate is not null && (Failovers > 0 || Restart)) throw new FormatException("--rate is for workloads and --soak.");
    }

    private IEnumerable<Case> AllCases()
    {
        int[] connections = GivenConnections ?? [1, 16, 64, 256, 1_024];
        int[] values = GivenValues ?? [10, 256, 4_096, 65_536];
        foreach (var workload in Workloads)
        {
            foreach (var count in connections) yield return new(workload, count, values[0]);
            // Every size with every number of connections would take hours, unless it is asked for.
            var large = workload.Kind is Kind.Write or Kind.Read && !workload.AllNodes;
            int[] counts = GivenConnections ?? [64];
            if (large || GivenValues is not null)
            {
                foreach (var size in values.Skip(1)) foreach (var count in counts) yield return new(workload, count, size);
            }
        }
    }

    private IEnumerable<Case> QuickCases()
    {
        foreach (var workload in Workloads)
        {
            int[] connections = GivenConnections ?? (workload.Name == "write" ? [1, 16, 64, 256, 1_024] : [64]);
            foreach (var count in connections) yield return new(workload, count, GivenValues?[0] ?? 10);
            int[] larger = GivenValues?[1..] ?? (workload.Name == "write" ? [256, 4_096, 65_536] : []);
            foreach (var size in larger) foreach (var count in GivenConnections ?? [64]) yield return new(workload, count, size);
        }
    }

    private static int Number(string name, string? value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} wants a number from {least} to {most} after it.");

    private static int[] Numbers(string name, string? value, int least, int most)
    {
        var parts = Parts(value);
        return parts.Length > 0 ? [.. parts.Select(part => Number(name, part, least, most)).Distinct()] : throw new FormatException($"{name} wants numbers after it, with commas between them.");
    }

    private static Workload[] Named(string? value)
    {
        var names = Parts(value);
        var known = string.Join(", ", Workload.All.Select(workload => workload.Name));
        if (names.Length == 0) throw new FormatException($"--only wants workloads after it: {known}.");
        return [.. names.Distinct().Select(name => Workload.All.FirstOrDefault(workload => workload.Name == name)
            ?? throw new FormatException($"There is no workload {name}: {known}."))];
    }

    private static string[] Parts(string? value) => value?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static string Text(string name, string? value) => value is { Length: > 0 } ? value : throw new FormatException($"{name} wants a path after it.");
}
