namespace AspirePaxos.Benchmarks.Reports;

/// <summary>One measurement. Latencies are milliseconds; 100 % is one processor.</summary>
/// <param name="Target">paxos or etcd.</param>
/// <param name="CommandsPerRound">Null where the target does not say, or no round was run.</param>
/// <param name="GeneratorMicroseconds">Processor time of the load generator for each answer.</param>
internal sealed record Figure(
    string Target, string Workload, int Connections, int ValueBytes, double Seconds, long Answers, long Failed, double Rate,
    double P50, double P99, double P999, double Max, double? CommandsPerRound, double GeneratorCpu, double GeneratorMicroseconds, IReadOnlyList<NodeFigure> Nodes)
{
    public long Syncs => Nodes.Sum(node => node.Syncs);

    public bool IsSameCase(Figure other) => (Workload, Connections, ValueBytes) == (other.Workload, other.Connections, other.ValueBytes);

    /// <summary>The run with the median rate, and the median of each latency.</summary>
    public static Figure Median(IReadOnlyList<Figure> runs)
    {
        var middle = runs.OrderBy(run => run.Rate).ElementAt((runs.Count - 1) / 2);
        return middle with
        {
            Rate = Middle(runs, run => run.Rate),
            P50 = Middle(runs, run => run.P50),
            P99 = Middle(runs, run => run.P99),
            P999 = Middle(runs, run => run.P999),
            Max = Middle(runs, run => run.Max),
            Failed = runs.Sum(run => run.Failed),
        };
    }

    public static double Middle<T>(IEnumerable<T> runs, Func<T, double> value)
    {
        var sorted = runs.Select(value).Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <param name="Cpu">Percent of one processor.</param>
/// <param name="Resident">Bytes, at the end.</param>
/// <param name="Syncs">Transactions of its storage, or syncs of its log.</param>
internal sealed record NodeFigure(string Name, bool Leads, double Cpu, long Resident, long Syncs, long? DatabaseBytes, long? WalBytes, long? LogSlots);

/// <param name="Gaps">Each one, in seconds.</param>
internal sealed record FailoverFigure(string Target, string Fault, double MedianSeconds, double LeastSeconds, double WorstSeconds, IReadOnlyList<double> Gaps)
{
    public static FailoverFigure Of(string target, string fault, IReadOnlyList<double> gaps) => new(target, fault, Figure.Middle(gaps, gap => gap), gaps.Min(), gaps.Max(), gaps);
}

/// <param name="ReadySeconds">Of each node, from the start of all.</param>
internal sealed record RestartFigure(string Target, int Commands, IReadOnlyList<double> ReadySeconds);

/// <param name="At">Seconds since the start.</param>
internal sealed record SoakFigure(double At, int LeaderChanges, Figure Figure);
