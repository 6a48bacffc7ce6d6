namespace AspirePaxos.Benchmarks.Load;

internal enum Kind
{
    Write,
    IdempotentWrite,
    Read,
    LocalRead,

    /// <summary>Nine reads to a write.</summary>
    Mixed,
}

/// <summary>What is asked of the cluster.</summary>
/// <param name="AllNodes">Connections are spread over all nodes; else all of them go to the leader.</param>
internal sealed record Workload(string Name, Kind Kind, bool AllNodes, string Explanation)
{
    public static readonly IReadOnlyList<Workload> All =
    [
        new("write", Kind.Write, false, "writes to the leader"),
        new("write-all", Kind.Write, true, "writes to all nodes"),
        new("write-once", Kind.IdempotentWrite, false, "writes with Idempotency-Key, to the leader"),
        new("read", Kind.Read, false, "linearizable reads from the leader"),
        new("read-all", Kind.Read, true, "linearizable reads from all nodes"),
        new("read-local", Kind.LocalRead, true, "local reads from all nodes"),
        new("mixed", Kind.Mixed, true, "nine linearizable reads to a write, all nodes"),
    ];

    public bool Reads => Kind is Kind.Read or Kind.LocalRead or Kind.Mixed;

    public bool Writes => Kind is not (Kind.Read or Kind.LocalRead);
}

/// <summary>One line of the table: a workload at so many connections with values of one size.</summary>
internal sealed record Case(Workload Workload, int Connections, int ValueBytes)
{
    public override string ToString() => $"{Workload.Name}, {Connections} connections, {ValueBytes} B";
}
