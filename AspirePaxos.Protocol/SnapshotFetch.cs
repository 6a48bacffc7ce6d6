namespace AspirePaxos.Protocol;

/// <summary>
/// Fetches a snapshot, part by part, where the slots this replica lacks were dropped everywhere it asks (rule 12). A lost part is asked
/// for again, from where the file ends; a peer that stays silent is left for another one, and what that one has is begun anew where
/// it is not the same snapshot.
/// </summary>
internal sealed class SnapshotFetch
{
    /// <summary>Questions to one peer without an answer before the next one is asked.</summary>
    private const int Patience = 4;

    private readonly Context context;
    private SnapshotId id;
    private long offset;
    private NodeId source = NodeId.None;
    private NodeId provider = NodeId.None;
    private long askedAt;
    private int unanswered;
    private long needed;

    public SnapshotFetch(Context context, PartialSnapshot? fetched)
    {
        this.context = context;
        if (fetched is not { } partial || partial.Offset >= partial.Id.Length) return;
        (id, offset) = (partial.Id, partial.Offset);
    }

    /// <summary>Parts are being asked for.</summary>
    public bool UnderWay => source != NodeId.None;

    /// <summary>All bytes are with the host, which checks and reads them.</summary>
    public bool Complete { get; private set; }

    public SnapshotId Id => id;

    /// <summary>Whoever sent its last part: it keeps the slots above.</summary>
    public NodeId Provider => provider;

    /// <summary>A peer has dropped the slot that this replica lacks next, and all through <paramref name="truncatedThrough"/>.</summary>
    public void Begin(NodeId from, long truncatedThrough)
    {
        if (UnderWay || Complete) return;
        needed = truncatedThrough;
        source = from;
        unanswered = 0;
        Ask();
    }

    /// <summary>What it would bring was learned meanwhile, or it was installed.</summary>
    public void End()
    {
        source = NodeId.None;
        Complete = false;
        (id, offset) = (default, 0);
    }

    /// <summary>It was damaged: whoever sent it may send the same again, so the next one is asked.</summary>
    public void Refuse()
    {
        var refused = provider;
        End();
        if (refused != NodeId.None && context.Log.CommitIndex < needed) Begin(After(refused), needed);
    }

    public void OnChunk(NodeId from, SnapshotChunk chunk)
    {
        // One that brings nothing is no answer: this peer is left, too, if it has no other.
        if (from != source || EndIfLearned() || chunk.Id.Slot <= context.Log.CommitIndex) return;
        unanswered = 0;
        provider = from;
        if (chunk.Id != id)
        {
            (id, offset) = (chunk.Id, 0);
            if (chunk.Offset > 0)
            {
                Ask();
                return;
            }
        }

        if (chunk.Offset != offset || chunk.Data.Length == 0 || chunk.Data.Length > id.Length - offset) return;
        context.Out.Ready.SnapshotParts.Add(new SnapshotPart(id, offset, chunk.Data));
        offset += chunk.Data.Length;
        if (offset < id.Length)
        {
            Ask();
            return;
        }

        source = NodeId.None;
        Complete = true;
    }

    public void Tick()
    {
        if (!UnderWay || EndIfLearned() || context.Now - askedAt < context.Options.ResendInterval) return;
        if (++unanswered >= Patience)
        {
            source = After(source);
            unanswered = 0;
        }

        Ask();
    }

    private NodeId After(NodeId peer)
    {
        var peers = context.Peers.Order().ToList();
        return peers[(peers.IndexOf(peer) + 1) % peers.Count];
    }

    /// <summary>Another peer had the slots after all.</summary>
    private bool EndIfLearned()
    {
        if (context.Log.CommitIndex < needed) return false;
        End();
        return true;
    }

    private void Ask()
    {
        askedAt = context.Now;
        if (id.Slot <= context.Log.CommitIndex) (id, offset) = (default, 0);
        context.SendNow(source, new SnapshotQuery(id.Slot, offset, context.Log.CommitIndex));
    }
}
