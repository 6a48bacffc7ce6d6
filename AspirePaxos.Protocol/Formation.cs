using System.Security.Cryptography;
using System.Text;

namespace AspirePaxos.Protocol;

/// <summary>
/// Identity (rule 15). An empty replica records the first incarnation it hears of each member, durably, and a cluster is formed when
/// every member has answered with the same complete table; the cluster id is the hash of that table. From then on each message is
/// checked against it, so that a wiped or restored directory counts nowhere. An empty directory in a formed cluster is recovering:
/// see <see cref="Recovery"/>.
/// </summary>
internal sealed class Formation
{
    private readonly Context context;
    private readonly SortedDictionary<NodeId, long> table = [];
    private readonly SortedDictionary<NodeId, long> boots = [];
    private readonly Dictionary<NodeId, string> agreed = [];
    private readonly SortedSet<(NodeId Node, long Incarnation)> retired = [];
    private string? stopped;
    private long nextAsk;

    public Formation(Context context, ClusterState restored)
    {
        this.context = context;
        ClusterId = restored.ClusterId;
        foreach (var member in restored.Members) table[member.Node] = member.Incarnation;
        foreach (var boot in restored.Boots) boots[boot.Node] = boot.BootCounter;
        foreach (var lost in restored.Retired) retired.Add((lost.Node, lost.Incarnation));
        Recovering = restored.Recovering;
        Rejection = stopped = restored.Stopped;
        if (table.TryGetValue(context.Self.Node, out var own))
        {
            Invariant.Holds(own == context.Self.Incarnation, "the directory's cluster table holds another incarnation of this node");
        }
    }

    public string ClusterId { get; private set; }

    public bool Formed => ClusterId.Length > 0;

    /// <summary>This directory takes the place of a lost one, and counts for nothing yet.</summary>
    public bool Recovering { get; private set; }

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
        if (retired.Contains((from.Node, from.Incarnation)))
        {
            return new Refused(RefusalReason.Replaced, $"incarnation {from.Incarnation:x} of {from.Node} was replaced by {table[from.Node]:x}");
        }

        if (from.Incarnation != table[from.Node])
        {
            if (envelope.Message is RecoverQuery) return null;
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

    /// <summary>A replica with an empty directory takes the place of the one known so far, which never counts again.</summary>
    public void OnRecover(Identity from)
    {
        if (table[from.Node] == from.Incarnation) return;
        retired.Add((from.Node, table[from.Node]));
        table[from.Node] = from.Incarnation;
        boots[from.Node] = from.BootCounter;
        context.Forget(from.Node);
        context.Out.Write(State);
    }

    /// <summary>What the lost directory may have said is gathered; it becomes durable together with this.</summary>
    public void Recovered()
    {
        Recovering = false;
        context.Out.Write(State);
    }

    /// <summary>This replica may never serve from its directory again; that is kept in the directory.</summary>
    public void Stop(string reason)
    {
        if (stopped is not null) return;
        Rejection = stopped = reason;
        context.Out.Write(State);
    }

    /// <remarks>
    /// For good: each start counts the boot counter up, so a copy that is only started often enough would pass for the real one.
    /// </remarks>
    public void OnRefused(Envelope envelope, Refused refused)
    {
        if (refused.Reason == RefusalReason.Mode) OtherModeHeard = context.Now;
        if (envelope.To != context.Self) return;
        if (refused.Reason == RefusalReason.Replaced)
        {
            Stop($"Another data directory has taken the place of this one: {envelope.From.Node} says: {refused.Detail}. "
                + "Stop this node, and start only the one on the newer directory.");
        }
        else if (refused.Reason == RefusalReason.BootCounter)
        {
            Stop($"This data directory is an older copy: {envelope.From.Node} says: {refused.Detail}. "
                + "It may have forgotten promises. Stop this node and start it on the directory it last ran on.");
        }
    }

    /// <summary>
    /// A formed member knows whether this replica is one of them; one that was wiped finds another incarnation in its place. That it is
    /// recovering is durable before anyone hears its new incarnation, so no restart can make it forget that it holds none of the
    /// promises that were made in its name.
    /// </summary>
    private void Join(FormationReply reply)
    {
        if (reply.Table.Count != context.Options.Members.Count || !reply.Table.All(member => context.Options.Members.Contains(member.Node))) return;
        foreach (var member in reply.Table)
        {
            if (member.Node != context.Self.Node) table[member.Node] = member.Incarnation;
            else Recovering = member.Incarnation != context.Self.Incarnation;
        }

        ClusterId = reply.ClusterId;
        context.Out.Write(State);
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

    private ClusterState State => new(ClusterId, Table, [.. boots.Select(pair => new SeenBoot(pair.Key, pair.Value))])
    {
        Retired = [.. retired.Select(lost => new Member(lost.Node, lost.Incarnation))],
        Recovering = Recovering,
        Stopped = stopped,
    };

    private static string Hash(IReadOnlyList<Member> members)
    {
        var text = string.Join('\n', members.OrderBy(member => member.Node).Select(member => $"{member.Node.Name} {member.Incarnation:x}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }
}
