using System.CommandLine;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Cli;

/// <summary>What all commands share: where they write, how they find the cluster, and the options for both.</summary>
internal sealed class CommandContext(Screen screen, Func<string, string?> environment, string directory, Stream input, bool inputIsTerminal)
{
    public Screen Screen => screen;

    /// <summary>The standard input.</summary>
    public Stream Input => input;

    public bool InputIsTerminal => inputIsTerminal;

    public string Directory => directory;

    public Option<string?> Endpoints { get; } = new("--endpoints", "-e")
    {
        Description = "The nodes, separated by commas, as http://127.0.0.1:8000. Otherwise PAXOS_ENDPOINTS, a running AppHost, or ports 8000 to 8002 here.",
        HelpName = "URL,URL",
        Recursive = true,
    };

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "The data folder of a running AppHost. Otherwise .paxos here or above.",
        HelpName = "DIR",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Answer in JSON: one object, or one a line where there are many.", Recursive = true };

    public Option<int> Timeout { get; } = NumberOption.Of("--timeout", "How long to try, in seconds.", 10, 1, 3600, recursive: true);

    /// <exception cref="CommandFailedException">What tells where the cluster is cannot be understood.</exception>
    public ClusterClient Connect(ParseResult line) => new(
        new ClusterFinder(environment, directory).Find(line.GetValue(Endpoints), line.GetValue(Data)),
        TimeSpan.FromSeconds(line.GetValue(Timeout)));
}
