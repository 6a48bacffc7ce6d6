namespace AspirePaxos.Protocol;

/// <summary>
/// The writes that wait here, how they become batches, and how each of them ends (rule 8). A write is bound to the slot in which it was
/// proposed; it may go into another one only once that slot was learned to hold a different command.
/// </summary>
internal sealed class Proposals(Context context)
{
    private readonly LinkedList<PendingWrite> queue = new();
    private readonly Dictionary<long, Bound> bound = [];
    private long batchSequence;

    private sealed record Bound(Command Command, List<PendingWrite> Writes)
    {
        public bool Chosen { get; set; }
    }

    /// <summary>Waiting, bound or forwarded.</summary>
    public int Count { get; set; }

    public bool HasQueued => queue.Count > 0;

    public int Queued => queue.Count;

    /// <summary>Of the commands that wait.</summary>
    public long QueuedBytes { get; private set; }

    /// <summary>A batch of ours is in a slot that is not learned yet.</summary>
    public bool HasUnresolved => bound.Values.Any(batch => !batch.Chosen);

    public bool Admit(PendingWrite write)
    {
        if (Count >= context.Options.MaxPendingWrites) return false;
        Count++;
        queue.AddLast(write);
        QueuedBytes += write.Command.Length;
        return true;
    }

    /// <summary>It was under way and waits again, by age among the others: deadlines are met, and batches formed, oldest first.</summary>
    public void Requeue(PendingWrite write)
    {
        QueuedBytes += write.Command.Length;
        var node = queue.First;
        while (node is not null && node.Value.Deadline < write.Deadline) node = node.Next;
        if (node is null) queue.AddLast(write);
        else queue.AddBefore(node, write);
    }

    /// <summary>Takes what waits, up to the limits of a slot, oldest first.</summary>
    public List<PendingWrite> TakeBatch()
    {
        var batch = new List<PendingWrite>();
        var bytes = 0;
        while (queue.First is { } first && batch.Count < context.Options.MaxBatchCommands)
        {
            bytes += first.Value.Command.Length;
            if (batch.Count > 0 && bytes > context.Options.MaxBatchBytes) break;
            batch.Add(first.Value);
            Dequeue(first);
        }

        return batch;
    }

    public Command Encode(List<PendingWrite> batch, long logTime) =>
        Batch.Encode(context.Self, ++batchSequence, logTime, batch.ConvertAll(write => write.Command));

    public void Bind(long slot, Command command, List<PendingWrite> writes) => bound.Add(slot, new Bound(command, writes));

    /// <summary>Ours iff the very bytes that we proposed there: then the answer comes with <see cref="OnApplied"/>; else they wait again.</summary>
    public void OnLearned(long slot, Command command)
    {
        if (!bound.TryGetValue(slot, out var batch)) return;
        if (batch.Command == command)
        {
            batch.Chosen = true;
            return;
        }

        bound.Remove(slot);
        for (var i = batch.Writes.Count - 1; i >= 0; i--)
        {
            if (!batch.Writes[i].Ended) Requeue(batch.Writes[i]);
        }
    }

    public void OnApplied(long slot, IReadOnlyList<ReadOnlyMemory<byte>> results)
    {
        if (!bound.Remove(slot, out var batch)) return;
        Invariant.Holds(batch.Chosen, $"slot {slot} was applied before it was learned");
        Invariant.Holds(batch.Writes.Count == results.Count, $"slot {slot} holds {batch.Writes.Count} commands, {results.Count} results");
        for (var i = 0; i < results.Count; i++) End(batch.Writes[i], Outcome.Done(slot, results[i]));
    }

    /// <summary>A snapshot took the place of these slots: what became of the writes bound to them is not known here.</summary>
    public void OnSnapshot(long through)
    {
        foreach (var (slot, batch) in bound.ToArray())
        {
            if (slot > through) continue;
            bound.Remove(slot);
            foreach (var write in batch.Writes) End(write, Outcome.Unknown);
        }
    }

    /// <summary>Rule 10: what is in slots but not known to be chosen may or may not be; only a leader that stays can tell.</summary>
    public void Abandon()
    {
        foreach (var (slot, batch) in bound.ToArray())
        {
            if (batch.Chosen) continue;
            bound.Remove(slot);
            foreach (var write in batch.Writes) End(write, Outcome.Unknown);
        }
    }

    /// <summary>What others forwarded here cannot wait for another leader: it goes back, not proposed.</summary>
    public void ReturnForwarded()
    {
        for (var node = queue.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Forwarded is not null)
            {
                Dequeue(node);
                End(node.Value, Outcome.NotProposed);
            }

            node = next;
        }
    }

    public void Tick()
    {
        // Oldest first, so the first that may wait on ends the walk.
        while (queue.First is { } first && first.Value.Deadline <= context.Now)
        {
            Dequeue(first);
            End(first.Value, Outcome.NotProposed);
        }

        foreach (var batch in bound.Values)
        {
            if (batch.Writes.Count == 0 || batch.Writes[0].Deadline > context.Now) continue;
            foreach (var write in batch.Writes)
            {
                if (write.Deadline <= context.Now) End(write, Outcome.Unknown);
            }
        }
    }

    private void Dequeue(LinkedListNode<PendingWrite> node)
    {
        QueuedBytes -= node.Value.Command.Length;
        queue.Remove(node);
    }

    /// <summary>Exactly one outcome for each write; later ones are ignored.</summary>
    public void End(PendingWrite write, Outcome outcome)
    {
        if (write.Ended) return;
        write.Ended = true;
        Count--;
        if (write.Forwarded is { } forwarded) forwarded.End(write.RequestId, outcome);
        else context.Out.Ready.Writes.Add(new WriteCompletion(write.RequestId, outcome));
    }
}

/// <summary>One client command on its way through this replica.</summary>
/// <param name="forwarded">The message it came in with from another node; null where the client spoke to this one.</param>
internal sealed class PendingWrite(long requestId, ReadOnlyMemory<byte> command, long deadline, ForwardedBatch? forwarded)
{
    public long RequestId { get; } = requestId;

    public ReadOnlyMemory<byte> Command { get; } = command;

    public long Deadline { get; } = deadline;

    public ForwardedBatch? Forwarded { get; } = forwarded;

    public bool Ended { get; set; }
}

/// <summary>One Forward message: answered when each of its commands has ended.</summary>
internal sealed class ForwardedBatch(Envelope request, int count, Action<ForwardedBatch> complete)
{
    public Envelope Request { get; } = request;

    public List<ForwardedOutcome> Outcomes { get; } = new(count);

    public void End(long requestId, Outcome outcome)
    {
        Outcomes.Add(new ForwardedOutcome(requestId, outcome));
        if (Outcomes.Count == count) complete(this);
    }
}
