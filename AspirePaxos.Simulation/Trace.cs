using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>Folds everything that happens into one number: the same seed must give the same one. Prints it where asked to.</summary>
internal sealed class Trace(TextWriter? output, EventQueue queue)
{
    public ulong Hash { get; private set; } = 14695981039346656037;

    public bool Prints => output is not null;

    public void Note(ulong what, long a, long b)
    {
        Hash = Mixing.Add(Hash, what);
        Hash = Mixing.Add(Hash, (ulong)queue.Now);
        Hash = Mixing.Add(Hash, (ulong)a);
        Hash = Mixing.Add(Hash, (ulong)b);
    }

    /// <summary>Build the text only where <see cref="Prints"/>.</summary>
    public void Print(string text) => output?.WriteLine($"{queue.Now / 1000.0,11:F3} {text}");

    public static ulong CodeOf(Message message) => message switch
    {
        Prepare m => Code(1, m.Ballot, m.PageFrom),
        Promise m => Code(2, m.Ballot, m.Through),
        Accept m => Code(3, m.Ballot, m.FirstSlot),
        Accepted m => Code(4, m.Ballot, m.FirstSlot),
        Nack m => Code(5, m.Promised, 0),
        Heartbeat m => Code(6, m.Ballot, m.ReadSequence),
        HeartbeatReply m => Code(7, m.Ballot, m.ReadSequence),
        LearnReply m => Code(8, Ballot.None, m.CommitIndex),
        Learn m => Code(9, Ballot.None, m.Entries.Count),
        Forward m => Code(10, Ballot.None, m.Commands.Count),
        Forwarded m => Code(11, Ballot.None, m.Outcomes.Count),
        Request => 12,
        _ => 13,
    };

    private static ulong Code(ulong kind, Ballot ballot, long number) => (kind << 56) ^ ((ulong)ballot.Number << 32) ^ (ulong)number;
}

internal static class Mixing
{
    public static ulong Add(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0xBF58476D1CE4E5B9;
        return hash ^ (hash >> 29);
    }

    public static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        hash = Add(hash, (ulong)bytes.Length);
        while (bytes.Length >= 8)
        {
            hash = Add(hash, System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var b in bytes) hash = Add(hash, b);
        return hash;
    }

    public static ulong Add(ulong hash, string text)
    {
        foreach (var c in text) hash = Add(hash, c);
        return Add(hash, (ulong)text.Length);
    }
}
