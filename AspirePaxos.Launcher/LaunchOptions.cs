using System.Globalization;

namespace AspirePaxos.Launcher;

/// <summary>What to run and where; from the command line or from a test.</summary>
public sealed record LaunchOptions
{
    /// <summary>Null: the nearest aspire-manifest.json above the running program, then above the current directory.</summary>
    public string? ManifestPath { get; init; }

    /// <summary>Null: <c>.paxos</c> beside the manifest.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Delete what the data folder holds before starting.</summary>
    public bool Fresh { get; init; }

    /// <summary>The manifest's lowest port becomes this one; 0: free ports; null: as in the manifest.</summary>
    public int? PortBase { get; init; }

    /// <summary>Null: as in the manifest.</summary>
    public int? Nodes { get; init; }

    /// <summary>Run the web console beside the replicas.</summary>
    public bool WithConsole { get; init; } = true;

    public bool Help { get; init; }

    /// <summary>Set in every resource, over what the manifest says.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a resource may take to stop by itself before it is killed: longer than a replica allows itself for handover and drain.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(13);

    public const string Usage = """
        Runs the resources of aspire-manifest.json as processes on this machine.

          --data DIR       where data, logs and the cluster secret are kept (default: .paxos beside the manifest)
          --fresh          delete what that folder holds and start over
          --port-base N    use the ports N, N+1, … (the console N+10) instead of those of the manifest; 0 takes free ones and prints them
          --nodes N        run 3, 5 or 7 replicas; a data folder keeps the size it was formed with
          --no-console     without the web console
          --manifest FILE  another manifest
          --help           this text
        """;

    private static readonly int[] ClusterSizes = [3, 5, 7];

    /// <exception cref="LaunchRefusedException">An unknown option, or a value that cannot be.</exception>
    public static LaunchOptions Parse(IReadOnlyList<string> args)
    {
        var options = new LaunchOptions();
        for (var i = 0; i < args.Count; i++)
        {
            var (name, attached) = args[i].StartsWith("--", StringComparison.Ordinal) && args[i].IndexOf('=', StringComparison.Ordinal) is var at and > 0
                ? (args[i][..at], args[i][(at + 1)..])
                : (args[i], null);

            string Value() => attached
                ?? (i + 1 < args.Count ? args[++i] : throw Wrong($"{name} needs a value."));

            options = name switch
            {
                "--data" => options with { DataDirectory = NotEmpty(name, Value()) },
                "--manifest" => options with { ManifestPath = NotEmpty(name, Value()) },
                "--port-base" => options with { PortBase = Port(Value()) },
                "--nodes" => options with { Nodes = Size(Value()) },
                "--fresh" when attached is null => options with { Fresh = true },
                "--no-console" when attached is null => options with { WithConsole = false },
                "--help" or "-h" or "-?" when attached is null => options with { Help = true },
                "--publisher" or "--operation" or "--step" => throw Wrong(
                    $"{name} is an option of Aspire's own host, and this is the launcher, which runs where Aspire's packages are not. Build with -p:UseAspire=true to get that host."),
                _ => throw Wrong($"Unknown option '{args[i]}'."),
            };
        }

        return options;
    }

    private static string NotEmpty(string name, string value) =>
        value.Trim().Length > 0 ? value : throw Wrong($"{name} needs a value.");

    private static int Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is 0 or (>= 1024 and <= 65_000)
            ? port
            : throw Wrong($"--port-base is 0 (free ports) or a number from 1024 to 65000, not '{text}'.");

    private static int Size(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && ClusterSizes.Contains(size)
            ? size
            : throw Wrong($"--nodes is 3, 5 or 7, not '{text}': an even number tolerates no more failures than the odd one below it.");

    private static LaunchRefusedException Wrong(string message) => new(message) { WrongUsage = true };
}
