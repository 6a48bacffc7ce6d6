using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Observation;

/// <summary>The same object as long as nothing was heard.</summary>
/// <param name="Rounds">In the order of their start.</param>
/// <param name="Sources">The nodes in their order.</param>
internal sealed record FeedSnapshot(IReadOnlyList<Round> Rounds, IReadOnlyList<FeedSource> Sources)
{
    public static FeedSnapshot Nothing { get; } = new([], []);

    /// <summary>Rounds in the last second, of all replicas.</summary>
    public double Seen => Sources.Sum(source => source.Seen);

    /// <summary>Of them, in the feed.</summary>
    public double Shown => Sources.Sum(source => source.Shown);

    public bool Listening => Sources.Any(source => source.Listening);
}

/// <param name="Trouble">Why it is not listened to; empty where it is, and before the first try.</param>
/// <param name="Seen">Rounds that the node began in the last second.</param>
/// <param name="Shown">Of them, in the feed.</param>
internal sealed record FeedSource(string Node, bool Listening, string Trouble, double Seen, double Shown);

/// <param name="Troubles">Of each node that could not be asked.</param>
internal sealed record FoundRounds(IReadOnlyList<Round> Rounds, IReadOnlyList<string> Troubles);
