namespace AspirePaxos.Simulation.Linearizability;

/// <summary>
/// Where the search has been: which answered operations were placed, and the state. Coming there again is in vain where an earlier visit
/// had used no lost write that this one has not: what is left to this one was left to that one too.
/// </summary>
internal sealed class VisitedStates(VisitedStates.LostSet lost)
{
    private readonly Dictionary<Place, ulong[][]> visits = [];

    /// <summary>Grows with the time spent here: by one a visit, and with the earlier visits it is compared to.</summary>
    public long Work { get; private set; }

    /// <param name="answered">The mark of the set of answered operations placed.</param>
    /// <param name="beforeLost">The state before the last operation, where that was a lost write: it restricts what may come next.</param>
    /// <returns>False where the visit is in vain.</returns>
    public bool Add(UInt128 answered, KeyState state, KeyState? beforeLost)
    {
        Work++;
        var place = new Place(answered, state, beforeLost);
        if (!visits.TryGetValue(place, out var earlier))
        {
            visits.Add(place, [lost.Copy()]);
            return true;
        }

        Work += earlier.Length / 16;
        foreach (var used in earlier)
            if (lost.Contains(used)) return false;
        visits[place] = [.. earlier, lost.Copy()];
        return true;
    }

    private readonly record struct Place(UInt128 Answered, KeyState State, KeyState? BeforeLost);

    /// <summary>The lost writes that are placed now.</summary>
    internal sealed class LostSet(int size)
    {
        private readonly ulong[] bits = new ulong[(size + 63) / 64];

        public bool this[int index]
        {
            get => (bits[index / 64] & (1UL << (index % 64))) != 0;
            set => bits[index / 64] = value ? bits[index / 64] | (1UL << (index % 64)) : bits[index / 64] & ~(1UL << (index % 64));
        }

        public bool Contains(ulong[] others)
        {
            for (var i = 0; i < bits.Length; i++)
                if ((others[i] & ~bits[i]) != 0) return false;
            return true;
        }

        public ulong[] Copy() => bits.Length == 0 ? bits : [.. bits];
    }
}
