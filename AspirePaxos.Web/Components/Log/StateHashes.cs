using AspirePaxos.Web.Observation;

namespace AspirePaxos.Web.Components.Log;

/// <param name="Through">Everything up to this slot was applied.</param>
/// <param name="Hashes">Of each replica that was seen there.</param>
internal sealed record StateComparison(long Through, IReadOnlyList<(string Node, string Hash)> Hashes)
{
    public bool Equal => Hashes.All(state => state.Hash == Hashes[0].Hash);
}

/// <summary>
/// Compares the states, each the sum of a whole log, by their hashes. Replicas are seldom seen at the same slot while the log grows, so a few
/// looks are kept.
/// </summary>
internal sealed class StateHashes
{
    private const int Kept = 40;

    private readonly Dictionary<string, List<(long Slot, string Hash)>> seen = [];

    public void Add(ClusterSnapshot now)
    {
        foreach (var view in now.Nodes)
        {
            if (view.Status is not { } status) continue;
            if (!seen.TryGetValue(view.Name, out var looks)) seen[view.Name] = looks = [];

            // A replica that is further back than before was started anew.
            looks.RemoveAll(look => look.Slot >= status.AppliedIndex);
            looks.Add((status.AppliedIndex, status.Hash));
            if (looks.Count > Kept) looks.RemoveAt(0);
        }
    }

    /// <summary>At the last slot at which most of the replicas were seen; null where no two were.</summary>
    public StateComparison? Latest() => seen
        .SelectMany(of => of.Value.Select(look => (Node: of.Key, look.Slot, look.Hash)))
        .GroupBy(look => look.Slot)
        .Where(at => at.Count() > 1)
        .OrderByDescending(at => at.Count()).ThenByDescending(at => at.Key)
        .Select(at => new StateComparison(at.Key, [.. at.Select(look => (look.Node, look.Hash)).OrderBy(state => state.Node, StringComparer.Ordinal)]))
        .FirstOrDefault();
}
