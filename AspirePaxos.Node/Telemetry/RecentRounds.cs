namespace AspirePaxos.Node.Telemetry;

/// <summary>
/// The last rounds that were kept: those that are one of many, and apart from them the notable ones, so that an election can still be
/// seen when thousands of ordinary rounds have followed it. The loop adds, anybody reads.
/// </summary>
internal sealed class RecentRounds
{
    /// <summary>Of either sort.</summary>
    public const int Capacity = 1_000;

    private readonly object gate = new();
    private readonly LinkedList<Kept> sampled = [];
    private readonly LinkedList<Kept> notable = [];
    private long lastAdded;
    private long lastId;
    private long seen;

    /// <summary>All rounds that this replica began, kept or not.</summary>
    public long Seen => Volatile.Read(ref seen);

    /// <summary>Grows with each <see cref="Add"/>.</summary>
    public long LastAdded => Volatile.Read(ref lastAdded);

    public int Count
    {
        get
        {
            lock (gate) return sampled.Count + notable.Count;
        }
    }

    /// <summary>The loop's thread only.</summary>
    public void CountSeen() => Volatile.Write(ref seen, seen + 1);

    /// <summary>A round of an id that is kept already takes its place.</summary>
    public void Add(Round round)
    {
        lock (gate)
        {
            if (round.Id <= lastId) Remove(round.Id);
            lastId = Math.Max(lastId, round.Id);
            var list = round.IsNotable ? notable : sampled;
            list.AddLast(new Kept(lastAdded + 1, round));
            if (list.Count > Capacity) list.RemoveFirst();
            Volatile.Write(ref lastAdded, lastAdded + 1);
        }
    }

    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<Round> All()
    {
        var all = new List<Round>();
        lock (gate)
        {
            foreach (var kept in sampled) all.Add(kept.Round);
            foreach (var kept in notable) all.Add(kept.Round);
        }

        all.Sort(static (one, other) => one.Id.CompareTo(other.Id));
        return all;
    }

    /// <param name="position">0 or what a former call made of it; moved to the newest.</param>
    /// <param name="most">Of either sort, the newest.</param>
    /// <returns>What was added since, notable or one of many, each newest last.</returns>
    public (IReadOnlyList<Round> Notable, IReadOnlyList<Round> Sampled) AddedSince(ref long position, int most)
    {
        lock (gate)
        {
            var after = position;
            position = lastAdded;
            return (Newest(notable, after), Newest(sampled, after));
        }

        List<Round> Newest(LinkedList<Kept> list, long after)
        {
            var newest = new List<Round>();
            for (var node = list.Last; node is not null && node.Value.Number > after && newest.Count < most; node = node.Previous) newest.Add(node.Value.Round);
            newest.Reverse();
            return newest;
        }
    }

    /// <summary>Of a round that was added while it was open.</summary>
    private void Remove(long id)
    {
        for (var node = notable.Last; node is not null; node = node.Previous)
        {
            if (node.Value.Round.Id != id) continue;
            notable.Remove(node);
            return;
        }
    }

    private readonly record struct Kept(long Number, Round Round);
}
