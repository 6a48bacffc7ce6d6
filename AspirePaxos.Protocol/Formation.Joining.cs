namespace AspirePaxos.Protocol;

/// <content>How an empty directory becomes one of a cluster's.</content>
internal sealed partial class Formation
{
    public void OnReply(Envelope envelope, FormationReply reply)
    {
        if (Recovering) HearsOfLost(envelope.From, reply);
        if (Formed || Rejection is not null) return;
        answers.Add(envelope.From, reply);
        if (reply.Formed)
        {
            Join(envelope.From, reply);
            return;
        }

        Record(envelope.From.Node, envelope.From.Incarnation);
        agreed[envelope.From.Node] = Hash(reply.Table);
        FormIfAgreed();
    }

    /// <summary>
    /// A formed member knows whether this replica is one of them; one that was wiped finds another incarnation in its place, and asks
    /// all. That it is recovering is durable before anyone hears its new incarnation, so no restart can make it forget that it holds
    /// none of the promises that were made in its name.
    /// </summary>
    /// <remarks>
    /// One answer is enough for a member that only missed the end of the formation: no directory was replaced before, since nobody could
    /// recover without this one's taking note.
    /// </remarks>
    private void Join(Identity from, FormationReply reply)
    {
        if (reply.Table.Count != context.Options.Members.Count || !reply.Table.All(member => context.Options.Members.Contains(member.Node))) return;
        if (reply.Retired.Contains(new Member(context.Self.Node, context.Self.Incarnation)))
        {
            Stop($"Another data directory has taken the place of this one: so says {from.Node}. Stop this node, and start only the one on the newer directory.");
            return;
        }

        lost = !reply.Table.Contains(new Member(context.Self.Node, context.Self.Incarnation));
        var known = lost ? answers.Consistent() : reply;
        if (known is null) return;
        var ownStart = known.Boots.FirstOrDefault(seen => seen.Node == context.Self.Node).BootCounter;
        if (!lost && ownStart > context.Self.BootCounter)
        {
            Stop($"This data directory is an older copy: {from.Node} has seen its start {ownStart}, this is start {context.Self.BootCounter}. Start the node on the directory it last ran on.");
            return;
        }

        foreach (var member in known.Table) table[member.Node] = member.Incarnation;
        foreach (var gone in known.Retired) retired.Add((gone.Node, gone.Incarnation));
        table[context.Self.Node] = context.Self.Incarnation;
        foreach (var seen in known.Boots)
        {
            // What was seen of this node were starts of the lost directory.
            if (seen.Node != context.Self.Node) boots[seen.Node] = seen.BootCounter;
        }

        Recovering = lost;
        ClusterId = known.ClusterId;
        context.Out.Write(State);
    }

    /// <summary>
    /// The directory before this one was itself lost while it recovered, and some of its announcements arrived only now: it has to be
    /// named among those that this one replaces.
    /// </summary>
    private void HearsOfLost(Identity from, FormationReply reply)
    {
        if (reply.ClusterId != ClusterId || from.Incarnation != table.GetValueOrDefault(from.Node) || from.BootCounter < boots.GetValueOrDefault(from.Node)) return;
        var known = reply.Table.FirstOrDefault(member => member.Node == context.Self.Node);
        if (known.Incarnation == context.Self.Incarnation || known.Incarnation == 0) return;
        if (retired.Add((context.Self.Node, known.Incarnation))) context.Out.Write(State);
    }
}
