using AspirePaxos.Launcher;

namespace AspirePaxos.Cli.Cluster;

/// <summary>Where the nodes are.</summary>
/// <param name="Source">For people: how they were found.</param>
/// <param name="Launcher">What runs them on this machine; null where that is not known.</param>
internal sealed record FoundCluster(IReadOnlyList<NodeAddress> Nodes, string Source, ClusterFile? Launcher)
{
    /// <param name="instead">Who else answers there; empty: nobody does.</param>
    public CommandFailedException NoAnswer(string instead = "") => new(
        ExitCode.Unavailable,
        $"No node answers at {string.Join(", ", Nodes.Select(node => node.Address))} ({Source}).{(instead.Length > 0 ? $" {instead}" : "")}",
        "Start a cluster: dotnet run --project AspirePaxos.AppHost, or make provision. Name another: --endpoints URL,URL or PAXOS_ENDPOINTS.");

    /// <exception cref="CommandFailedException">There is none of that name or address.</exception>
    public NodeAddress Find(string name) =>
        Nodes.FirstOrDefault(node => node.Name == name || node.Address == name.TrimEnd('/') || node.Url.Authority == name)
        ?? throw new CommandFailedException(ExitCode.WrongUsage, $"There is no node '{name}'.", $"The nodes are {string.Join(", ", Nodes.Select(node => node.Name))}.");
}

/// <param name="Name">Its own where that is known, else host and port.</param>
/// <param name="Launched">What the launcher says of it; null where it is not known to one on this machine.</param>
internal sealed record NodeAddress(string Name, Uri Url, ClusterFile.Entry? Launched = null)
{
    public string Address => Url.GetLeftPart(UriPartial.Authority);

    /// <summary>Where its log is printed to; null where that is not known.</summary>
    public string? LogDirectory => Launched?.Log is { } log ? Path.ChangeExtension(log, null) : null;
}
