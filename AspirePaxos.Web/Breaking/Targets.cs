using AspirePaxos.Web.Observation;

namespace AspirePaxos.Web.Breaking;

/// <summary>Whom an experiment is made on.</summary>
internal static class Targets
{
    public static IReadOnlyList<string> Others(IEnumerable<string> all, string node) => [.. all.Where(other => other != node)];

    /// <returns>Null where no replica but the leader answers.</returns>
    public static string? Follower(ClusterSnapshot now) => now.Nodes.FirstOrDefault(node => node.Status is not null && node.Name != now.Leader)?.Name;

    /// <returns>As many replicas as leave no majority that is connected: the leader first. Empty where too few answer.</returns>
    public static IReadOnlyList<string> Majority(ClusterSnapshot now)
    {
        var needed = (now.Nodes.Count / 2) + 1;
        var chosen = now.Nodes.Where(node => node.Status is not null).OrderBy(node => node.Name != now.Leader).Take(needed).Select(node => node.Name).ToList();
        return chosen.Count == needed ? chosen : [];
    }
}
