namespace AspirePaxos.Protocol;

/// <summary>A small deterministic generator (SplitMix64): the same seed gives the same numbers on every machine.</summary>
public sealed class Prng(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public long Between(long from, long to) => from + (long)(Next() % (ulong)(to - from));

    /// <summary>True once in <paramref name="n"/> times on average.</summary>
    public bool OneIn(int n) => Next() % (ulong)n == 0;

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));
}
