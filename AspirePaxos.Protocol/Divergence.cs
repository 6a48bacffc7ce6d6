namespace AspirePaxos.Protocol;

/// <summary>
/// Compares, at common slots, the hash of everything applied (rule 14). A replica whose state went another way than a quorum's must not
/// serve; where no two halves are a quorum nobody can tell who is right, and all stop.
/// </summary>
internal sealed class Divergence(Context context)
{
    private const int Kept = 16;

    private readonly SortedDictionary<long, SortedDictionary<NodeId, UInt128>> checkpoints = [];
    private HashReport? report;

    /// <summary>Why this replica must stop; null as long as it need not.</summary>
    public string? Verdict { get; private set; }

    /// <summary>The latest checkpoint that this replica has applied, with all that it knows of it.</summary>
    public HashReport? Report => report;

    public void Applied(long slot, UInt128 hash)
    {
        if (slot % context.Options.HashInterval != 0 || At(slot) is not { } known) return;
        known[context.Self.Node] = hash;
        Compare(slot, known);
    }

    public void Hears(HashReport? heard)
    {
        if (heard is null || heard.Slot % context.Options.HashInterval != 0 || At(heard.Slot) is not { } known) return;
        var before = known.Count;
        foreach (var (node, hash) in heard.Hashes)
        {
            // What others say of this replica is what it said itself, perhaps in an earlier process.
            if (context.Peers.Contains(node)) known.TryAdd(node, hash);
        }

        if (known.Count > before) Compare(heard.Slot, known);
    }

    /// <summary>Its directory was lost: what state that one had says nothing of the new one, nor of who is right.</summary>
    public void Forget(NodeId node)
    {
        foreach (var known in checkpoints.Values) known.Remove(node);
        if (report is not null) report = report with { Hashes = [.. report.Hashes.Where(hash => hash.Node != node)] };
    }

    private SortedDictionary<NodeId, UInt128>? At(long slot)
    {
        if (checkpoints.TryGetValue(slot, out var known)) return known;
        if (checkpoints.Count == Kept && slot < checkpoints.First().Key) return null;
        checkpoints[slot] = known = [];
        if (checkpoints.Count > Kept) checkpoints.Remove(checkpoints.First().Key);
        return known;
    }

    private void Compare(long slot, SortedDictionary<NodeId, UInt128> known)
    {
        if (!known.TryGetValue(context.Self.Node, out var own)) return;
        if (report is null || slot >= report.Slot) report = new HashReport(slot, [.. known.Select(pair => new NodeHash(pair.Key, pair.Value))]);
        Judge(slot, own, known);
    }

    private void Judge(long slot, UInt128 own, SortedDictionary<NodeId, UInt128> known)
    {
        if (Verdict is not null) return;
        var agreed = known.GroupBy(pair => pair.Value).FirstOrDefault(group => context.Quorum.Reached(group.Count()));
        if (agreed is not null && agreed.Key != own)
        {
            Verdict = $"after slot {slot} its state differs from that of {string.Join(", ", agreed.Select(pair => pair.Key.Name))}, a quorum";
        }
        else if (agreed is null && known.Count == context.Quorum.Members)
        {
            Verdict = $"after slot {slot} no quorum of replicas has the same state";
        }
    }
}
