using System.Security.Cryptography;
using System.Text;

namespace AspirePaxos.Protocol;

/// <summary>
/// Identity (rule 15). An empty replica records the first incarnation it hears of each member, durably, and a cluster is formed when
/// every member has answered with the same complete table; the cluster id is the hash of that table. From then on each message is
/// checked against it, so that a wiped or restored directory counts nowhere.
/// </summary>
internal sealed class Formation
{
    private readonly Context context;
    private readonly SortedDictionary<NodeId, long> table = [];
    private readonly SortedDictionary<NodeId, long> boots = [];
    private readonly Dictionary<NodeId, string> agreed = [];
    private long nextAsk;

    public Formation(Context context, ClusterState restored)
    {
        this.context = context;
        ClusterId = restored.ClusterId;
        foreach (var member in restored.Members) table[member.Node] = member.Incarnation;
        foreach (var boot in restored.Boots) boots[boot.Node] = boot.BootCounter;
        if (table.TryGetValue(context.Self.Node, out var own))
        {
            Invariant.Holds(own == context.Self.Incarnation, "the directory's cluster table holds another incarnation of this node");
        }
    }

    public string ClusterId { get; private set; }

    public bool Formed => ClusterId.Length > 0;

    public string? Rejection { get; private set; }

    /// <summary>The last time a peer of another mode spoke; −1 where none did.</summary>
    public long OtherModeHeard { get; private set; } = -1;

    public Identity IdentityOf(NodeId node) =>
        new(node, table.GetValueOrDefault(node), boots.GetValueOrDefault(node));

    public void Tick()
    {
        if (Formed || Rejection is not null) return;
        if (!table.ContainsKey(context.Self.Node)) Record(context.Self.Node, context.Self.Incarnation);
        FormIfAgreed();
        if (Formed || context.Now < nextAsk) return;
        nextAsk = context.Now + context.Options.HeartbeatInterval;
        foreach (var peer in context.Peers) context.SendWhenDurable(peer, new FormationQuery(Table));
    }

    /// <summary>Checks what every message carries.</summary>
    /// <returns>Null where it may be counted.</returns>
    public Refused? Check(Envelope envelope)
    {
        var (from, to) = (envelope.From, envelope.To);
        if (envelope.Version != Envelope.ProtocolVersion)
        {
            return new Refused(RefusalReason.Version, $"protocol version {envelope.Version}, this node speaks {Envelope.ProtocolVersion}");
        }

        if (from.Node == context.Self.Node || !context.Options.Members.Contains(from.Node))
        {
            return new Refused(RefusalReason.Member, $"{from.Node} is no other member of this cluster");
        }

        if (to.Node != context.Self.Node || (to.Incarnation != 0 && to.Incarnation != context.Self.Incarnation))
        {
            return new Refused(RefusalReason.Member, $"meant for {to}, this is {context.Self}");
        }

        if (envelope.Mode != context.Options.Mode)
        {
            OtherModeHeard = context.Now;
            return new Refused(RefusalReason.Mode, $"mode {envelope.Mode}, this node runs {context.Options.Mode}");
        }

        if (envelope.Message is FormationQuery or FormationReply or Refused) return null;
        if (!Formed) return new Refused(RefusalReason.Cluster, "this node is not formed yet");
        if (envelope.ClusterId != ClusterId) return new Refused(RefusalReason.Cluster, $"cluster {envelope.ClusterId}, this is {ClusterId}");
        if (from.Incarnation != table[from.Node])
        {
            return new Refused(RefusalReason.Member, $"incarnation {from.Incarnation:x} of {from.Node} is not the member {table[from.Node]:x}");
        }

        return CheckBoot(from);
    }

    public Reply OnQuery(Envelope envelope)
    {
        if (!Formed) Record(envelope.From.Node, envelope.From.Incarnation);
        return new FormationReply(Formed, ClusterId, Table);
    }

    public void OnReply(Envelope envelope, FormationReply reply)
    {
        if (Formed) return;
        if (reply.Formed)
        {
            Join(reply);
            return;
        }

        Record(envelope.From.Node, envelope.From.Incarnation);
        agreed[envelope.From.Node] = Hash(reply.Table);
        FormIfAgreed();
    }

    public void OnRefused(Envelope envelope, Refused refused)
    {
        if (refused.Reason == RefusalReason.Mode) OtherModeHeard = context.Now;
        if (refused.Reason != RefusalReason.BootCounter || envelope.To != context.Self) return;
        Rejection = $"This data directory is an older copy: {envelope.From.Node} says: {refused.Detail}. "
            + "It may have forgotten promises. Stop this node and start it on the directory it last ran on.";
    }

    /// <summary>A formed member knows whether it is one of them; one that was wiped finds another incarnation in its place.</summary>
    private void Join(FormationReply reply)
    {
        if (reply.Table.Contains(new Member(context.Self.Node, context.Self.Incarnation)) && Hash(reply.Table) == reply.ClusterId)
        {
            foreach (var member in reply.Table) table[member.Node] = member.Incarnation;
            ClusterId = reply.ClusterId;
            context.Out.Write(State);
            return;
        }

        Rejection = $"The cluster {reply.ClusterId} is formed and knows {context.Self.Node} by another data directory. This directory is empty "
            + "or belongs elsewhere: it holds none of the promises that node made, so it may not take part. Start the node on its own directory.";
    }

    private Refused? CheckBoot(Identity from)
    {
        var seen = boots.GetValueOrDefault(from.Node);
        if (from.BootCounter < seen)
        {
            return new Refused(RefusalReason.BootCounter, $"start {from.BootCounter} of {from.Node}, its start {seen} was seen");
        }

        if (from.BootCounter > seen)
        {
            boots[from.Node] = from.BootCounter;
            context.Out.Write(State);
        }

        return null;
    }

    private void FormIfAgreed()
    {
        if (Formed || table.Count < context.Options.Members.Count) return;
        var own = Hash(Table);
        foreach (var peer in context.Peers)
        {
            if (agreed.GetValueOrDefault(peer) != own) return;
        }

        ClusterId = own;
        context.Out.Write(State);
    }

    private void Record(NodeId node, long incarnation)
    {
        if (!table.TryAdd(node, incarnation)) return;
        context.Out.Write(State);
    }

    private List<Member> Table => [.. table.Select(pair => new Member(pair.Key, pair.Value))];

    private ClusterState State => new(ClusterId, Table, [.. boots.Select(pair => new SeenBoot(pair.Key, pair.Value))]);

    private static string Hash(IReadOnlyList<Member> members)
    {
        var text = string.Join('\n', members.OrderBy(member => member.Node).Select(member => $"{member.Node.Name} {member.Incarnation:x}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }
}
