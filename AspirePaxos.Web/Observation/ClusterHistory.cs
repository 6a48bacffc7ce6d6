using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Observation;

/// <summary>What happened, told from the differences between one look and the next. Not safe for threads.</summary>
internal sealed class ClusterHistory
{
    private const int MaxEvents = 200;

    /// <summary>How far back the lanes go.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);

    private readonly List<ClusterEvent> events = [];
    private readonly Dictionary<string, List<RoleSpan>> lanes = [];
    private readonly HashSet<string> answered = [];
    private ClusterSnapshot last = ClusterSnapshot.Nothing;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ClusterEvent> Events => [.. events];

    /// <summary>Of each replica, oldest first.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<RoleSpan>> Lanes => lanes.ToDictionary(lane => lane.Key, lane => (IReadOnlyList<RoleSpan>)[.. lane.Value]);

    public void Add(ClusterSnapshot now)
    {
        foreach (var node in now.Nodes)
        {
            Extend(node, now.At);
            var before = last.Nodes.FirstOrDefault(other => other.Name == node.Name);
            if (before is not null) Compare(before, node, now.At);
            if (node.Status is not null) answered.Add(node.Name);
        }

        if (last.Nodes.Count == 0 || last.Leader != now.Leader) TellLeader(now);
        last = now;
        if (events.Count > MaxEvents) events.RemoveRange(0, events.Count - MaxEvents);
    }

    private void TellLeader(ClusterSnapshot now)
    {
        if (now.Leader is not { } leader) Tell(now.At, "candidate", "Nobody leads");
        else Tell(now.At, "leader", $"{leader} leads with ballot {now.Nodes.First(node => node.Name == leader).Status!.Ballot}");
    }

    private void Compare(NodeView before, NodeView node, DateTimeOffset at)
    {
        if (before.Status is not null && node.Status is null) Tell(at, ReplicaState.Silent, $"{node.Name} is silent: {node.Trouble}");
        if (node.Status is not { } status) return;
        if (before.Status is not { } earlier) Tell(at, status.Role, answered.Contains(node.Name) ? $"{node.Name} answers again" : $"{node.Name} answers");
        else if (status.BootCounter != earlier.BootCounter) Tell(at, status.Role, $"{node.Name} was started again");
        if (node.Role == "candidate" && before.Role != "candidate") Tell(at, "candidate", $"{node.Name} asks for promises to ballot {status.Ballot}");
        if (node.Role is "forming" or "recovering" && before.Role != node.Role) Tell(at, node.Role, $"{node.Name} is {node.Role}");
        if (node.State == ReplicaState.Isolated && before.State != node.State) Tell(at, node.State, $"{node.Name} hears no majority");
        if (before.State == ReplicaState.Isolated && status.RecentQuorum) Tell(at, node.State, $"{node.Name} hears a majority again");
        if (before.Status is not null) CompareFaults(before.Faults ?? NodeFaults.None, node.Faults ?? NodeFaults.None, node.Name, at);
    }

    private void CompareFaults(NodeFaults before, NodeFaults now, string node, DateTimeOffset at)
    {
        if (now.PausedMs > 0 && before.PausedMs is null or 0) Tell(at, ReplicaState.Silent, $"{node} is paused");
        if (now.DiskDelayMs != before.DiskDelayMs) Tell(at, "", now.DiskDelayMs > 0 ? $"The disk of {node} takes {now.DiskDelayMs:0} ms more" : $"The disk of {node} is as fast as before");
        var (cut, was) = (now.CutOff ?? [], before.CutOff ?? []);
        if (!cut.SequenceEqual(was)) Tell(at, "", cut.Count > 0 ? $"{node} is cut off from {Words.List(cut)}" : $"{node} is connected again");
    }

    private void Tell(DateTimeOffset at, string role, string text) => events.Add(new(at, role, text));

    private void Extend(NodeView node, DateTimeOffset at)
    {
        if (!lanes.TryGetValue(node.Name, out var lane)) lanes[node.Name] = lane = [];
        if (lane.Count > 0)
        {
            var span = lane[^1] with { Through = at };
            lane[^1] = span;
            if (span.State == node.State) return;
        }

        lane.Add(new(node.State, at, at));
        lane.RemoveAll(span => at - span.Through > Kept);
    }
}
