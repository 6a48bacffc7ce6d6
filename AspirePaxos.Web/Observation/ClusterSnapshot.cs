using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Observation;

/// <summary>One look at all replicas.</summary>
internal sealed record ClusterSnapshot(DateTimeOffset At, IReadOnlyList<NodeView> Nodes)
{
    public static ClusterSnapshot Nothing { get; } = new(default, []);

    public int Answering => Nodes.Count(node => node.Status is not null);

    /// <summary>Who leads by its own word; with two of them the one of the higher ballot: the other has not heard yet that it is over.</summary>
    public string? Leader => Nodes
        .Where(node => node.Role == "leader")
        .OrderByDescending(node => node.Status!.Ballot?.Number ?? 0)
        .FirstOrDefault()?.Name;

    /// <summary>The number of the leader's ballot; 0 where nobody leads.</summary>
    public long LeadingBallot => Nodes.FirstOrDefault(node => node.Name == Leader)?.Status?.Ballot?.Number ?? 0;

    /// <summary>Whom to ask when any node will do: the leader, else one that hears a majority, else one that answers at all.</summary>
    public NodeView? Serving => Nodes
        .Where(node => node.Status is not null)
        .OrderBy(node => node.Name == Leader && node.Faults is not { PausedMs: > 0 } ? 0 : node.Status!.RecentQuorum ? 1 : 2)
        .FirstOrDefault();

    /// <summary>The highest slot that any replica knows as chosen.</summary>
    public long CommitIndex => Nodes.Max(node => node.Status?.CommitIndex) ?? 0;
}

/// <param name="Status">Null where it did not answer.</param>
/// <param name="Trouble">Why it did not answer; empty where it did.</param>
/// <param name="Faults">What it suffers on request; null where that cannot be asked for.</param>
/// <param name="CommandsPerSecond">That it proposed, over about the last second.</param>
/// <param name="Alone">How long it has confirmed no majority, as far as was seen.</param>
public sealed record NodeView(NodeClient Client, NodeStatus? Status, string Trouble, NodeFaults? Faults, double CommandsPerSecond, TimeSpan Alone = default)
{
    public string Name => Client.Name;

    /// <summary>As the node calls it; empty where it does not answer.</summary>
    public string Role => Status?.Role ?? "";

    /// <inheritdoc cref="ReplicaState"/>
    public string State => ReplicaState.Of(Status, Alone);

    /// <summary>For the view of the same node that comes after this one.</summary>
    /// <param name="elapsed">Between the two.</param>
    public TimeSpan AloneAfter(NodeStatus next, TimeSpan elapsed) =>
        next.RecentQuorum || Status is not { RecentQuorum: false } ? TimeSpan.Zero : Alone + elapsed;
}
