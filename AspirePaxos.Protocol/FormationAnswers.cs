namespace AspirePaxos.Protocol;

/// <summary>
/// What the others say of the cluster, to a replica whose directory is empty. A directory that was replaced, or an old copy, may run
/// and answer too: the others know of it, and name another incarnation or a later start. So it takes the answers of all of them to join;
/// of those whose own directories are empty too, there may be as many as leave a quorum without this replica.
/// </summary>
internal sealed class FormationAnswers(Context context)
{
    private readonly SortedDictionary<NodeId, (Identity From, FormationReply Reply)> latest = [];

    public void Add(Identity from, FormationReply reply) => latest[from.Node] = (from, reply);

    /// <summary>All answers as one; null as long as one is missing or contradicts another.</summary>
    public FormationReply? Consistent()
    {
        if (Contradiction() is not null) return null;
        var formed = latest.Values.Where(answer => answer.Reply.Formed).ToList();
        var retired = formed.SelectMany(Lost).Distinct().ToList();
        // Of an empty one, whose announcement not all have heard, the directory that was known last.
        var table = formed.SelectMany(answer => answer.Reply.Table).OrderBy(retired.Contains).GroupBy(member => member.Node, (_, all) => all.First()).ToList();
        var boots = table.Select(member => new SeenBoot(member.Node, formed.Max(answer => Starts(answer, member))));
        return new FormationReply(true, formed[0].Reply.ClusterId, table, [.. boots], retired);
    }

    /// <summary>Why this replica cannot join yet; null where it can.</summary>
    public string? Contradiction()
    {
        foreach (var peer in context.Peers)
        {
            if (!latest.ContainsKey(peer)) return $"{peer.Name} has not answered";
        }

        var formed = latest.Values.Where(answer => answer.Reply.Formed).ToList();
        if (!context.Quorum.Reached(formed.Count)) return $"too many data directories are empty: {string.Join(", ", latest.Values.Except(formed).Select(answer => answer.From.Node.Name))}";
        return formed.SelectMany(witness => formed.Where(answer => answer.From != witness.From).Select(answer => Doubt(witness, answer.From, answer.Reply.ClusterId)))
            .FirstOrDefault(doubt => doubt is not null);
    }

    private static string? Doubt((Identity From, FormationReply Reply) witness, Identity answered, string clusterId)
    {
        var (from, reply) = witness;
        if (reply.ClusterId != clusterId) return $"{from.Node.Name} is of another cluster than {answered.Node.Name}";
        var named = reply.Table.FirstOrDefault(member => member.Node == answered.Node).Incarnation;
        if (named != answered.Incarnation) return $"{from.Node.Name} knows directory {named:x} of {answered.Node.Name}, and {answered.Incarnation:x} answered";
        var seen = reply.Boots.FirstOrDefault(boot => boot.Node == answered.Node).BootCounter;
        return seen > answered.BootCounter ? $"{from.Node.Name} has seen start {seen} of {answered.Node.Name}, and start {answered.BootCounter} answered" : null;
    }

    private static long Starts((Identity From, FormationReply Reply) witness, Member member)
    {
        var (from, reply) = witness;
        var answered = from.Node == member.Node && from.Incarnation == member.Incarnation ? from.BootCounter : 0;
        return reply.Table.Contains(member) ? Math.Max(answered, reply.Boots.FirstOrDefault(seen => seen.Node == member.Node).BootCounter) : answered;
    }

    /// <summary>The directories that were replaced, and those of this node, which the new one replaces.</summary>
    private IEnumerable<Member> Lost((Identity From, FormationReply Reply) answer) =>
        answer.Reply.Retired.Concat(answer.Reply.Table.Where(member => member.Node == context.Self.Node && member.Incarnation != context.Self.Incarnation));
}
