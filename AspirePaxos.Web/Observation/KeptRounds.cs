using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Observation;

/// <summary>
/// The last rounds of all replicas. Elections are kept apart: there are few of them, and a minute of writes would push them out.
/// Not safe for threads.
/// </summary>
internal sealed class KeptRounds
{
    public const int MaxAccepts = 1_000;
    public const int MaxPrepares = 200;

    private readonly List<Round> accepts = [];
    private readonly List<Round> prepares = [];

    /// <summary>A round that is kept already, for instance while it was open, is replaced.</summary>
    public void Add(Round round)
    {
        if (round.IsPrepare) Add(prepares, MaxPrepares, round);
        else Add(accepts, MaxAccepts, round);
    }

    /// <returns>In the order of their start.</returns>
    public IReadOnlyList<Round> All() => [.. accepts.Concat(prepares).OrderBy(round => round.StartedAt)];

    private static void Add(List<Round> list, int most, Round round)
    {
        var known = list.FindLastIndex(round.IsSameAs);
        if (known >= 0)
        {
            if (list[known].IsOpen || !round.IsOpen) list[known] = round;
            return;
        }

        // Nearly always the newest; the rounds of several replicas come in any order.
        var at = list.Count;
        while (at > 0 && list[at - 1].StartedAt > round.StartedAt) at--;
        list.Insert(at, round);
        if (list.Count > most) list.RemoveAt(0);
    }
}
