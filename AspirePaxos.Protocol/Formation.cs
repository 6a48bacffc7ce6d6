using System.Security.Cryptography;
using System.Text;

namespace AspirePaxos.Protocol;

/// <summary>
/// Identity (rule 15). An empty replica records the first incarnation it hears of each member, durably, and a cluster is formed when
/// every member has answered with the same complete table; the cluster id is the hash of that table. From then on each message is
/// checked against it, so that a wiped or restored directory counts nowhere. An empty directory in a formed cluster is recovering:
/// see <see cref="Recovery"/>.
/// </summary>
internal sealed partial class Formation
{
    private readonly Context context;
    private readonly SortedDictionary<NodeId, long> table = [];
    private readonly SortedDictionary<NodeId, long> boots = [];
    private readonly Dictionary<NodeId, string> agreed = [];
    private readonly SortedSet<(NodeId Node, long Incarnation)> retired = [];
    private readonly FormationAnswers answers;
    private string? stopped;
    private bool lost;
    private long nextAsk;

    public Formation(Context context, ClusterState restored)
    {
        this.context = context;
        answers = new FormationAnswers(context);
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

    /// <summary>What an empty directory waits for; null where it is one of the cluster's.</summary>
    public string? WaitsFor
    {
        get
        {
            if (Formed) return null;
            if (lost) return answers.Contradiction();
            var silent = context.Peers.Where(peer => !table.ContainsKey(peer)).Select(peer => peer.Name).ToList();
            if (silent.Count > 0) return $"{string.Join(" and ", silent)} must be heard once";
            var other = context.Peers.Where(peer => agreed.GetValueOrDefault(peer) != Hash(Table)).Select(peer => peer.Name);
            return $"{string.Join(" and ", other)} must have heard of the same data directories (where one was emptied meanwhile, empty all)";
        }
    }

    /// <summary>The lost incarnations of this node, as far as anyone knew of them.</summary>
    public IReadOnlyList<Member> Replaced => [.. retired.Where(one => one.Node == context.Self.Node).Select(one => new Member(one.Node, one.Incarnation))];

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
        Ask();
    }

    /// <summary>Who is who, for all that the others know now.</summary>
    private void Ask()
    {
        foreach (var peer in context.Peers) context.AnnounceWhenDurable(peer, new FormationQuery(Table));
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
            if (envelope.Message is RecoverQuery { FromSlot: 0 } query && query.Replaced.Contains(new Member(from.Node, table[from.Node]))) return null;
            return new Refused(RefusalReason.Member, $"incarnation {from.Incarnation:x} of {from.Node} is not the member {table[from.Node]:x}");
        }

        return CheckBoot(from);
    }

    public Reply OnQuery(Envelope envelope)
    {
        if (!Formed) Record(envelope.From.Node, envelope.From.Incarnation);
        var known = State;
        return new FormationReply(Formed, ClusterId, known.Members, known.Boots, known.Retired);
    }

    /// <summary>A replica with an empty directory takes the place of the one known so far, which never counts again.</summary>
    /// <returns>False where that is known already.</returns>
    public bool OnRecover(Identity from, IReadOnlyList<Member> replaced)
    {
        if (table[from.Node] == from.Incarnation) return false;
        foreach (var lost in replaced)
        {
            if (lost.Node == from.Node && lost.Incarnation != from.Incarnation) retired.Add((lost.Node, lost.Incarnation));
        }

        table[from.Node] = from.Incarnation;
        boots[from.Node] = from.BootCounter;
        context.Forget(from.Node);
        context.Out.Write(State);
        return true;
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
        if (Recovering && refused.Reason == RefusalReason.Member && context.Now >= nextAsk)
        {
            nextAsk = context.Now + context.Options.HeartbeatInterval;
            Ask();
        }

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
