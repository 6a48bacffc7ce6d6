using AspirePaxos.Web.Observation;

namespace AspirePaxos.Web.Breaking;

internal static class Happenings
{
    /// <summary>The watch sees what a hand did up to so much later.</summary>
    private static readonly TimeSpan SeenLater = TimeSpan.FromSeconds(3);

    /// <summary>What was seen and what was done, oldest first; what was done is not told a second time because it was seen too.</summary>
    public static IReadOnlyList<ClusterEvent> Of(IReadOnlyList<ClusterEvent> seen, IReadOnlyList<FaultAction> done) =>
        [.. seen.Where(happened => !done.Any(action => IsOf(happened, action)))
            .Concat(done.Select(action => new ClusterEvent(action.At, "hand", action.Text)))
            .OrderBy(happened => happened.At)];

    private static bool IsOf(ClusterEvent seen, FaultAction done) =>
        seen.At >= done.At && seen.At - done.At <= SeenLater && done.Text.StartsWith(seen.Text, StringComparison.Ordinal);
}
