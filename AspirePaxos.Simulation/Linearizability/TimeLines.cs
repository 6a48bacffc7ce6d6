namespace AspirePaxos.Simulation.Linearizability;

/// <summary>Where the bars of a counterexample go. Every different time is a column, so that a bar is as readable as the next one.</summary>
internal sealed class TimeLines
{
    public TimeLines(Counterexample counterexample)
    {
        var operations = counterexample.Operations;
        Moments = [.. operations.Select(operation => operation.Call).Concat(operations.Where(Ends).Select(operation => operation.Return!.Value)).Distinct().Order()];
        var columns = Moments.Select((time, at) => (time, at)).ToDictionary(moment => moment.time, moment => moment.at);
        var clients = new SortedDictionary<int, List<Bar>>();
        for (var i = 0; i < operations.Count; i++)
        {
            var operation = operations[i];
            if (!clients.TryGetValue(operation.Client, out var bars)) clients.Add(operation.Client, bars = []);
            var (from, to) = (columns[operation.Call], Ends(operation) ? columns[operation.Return!.Value] : Moments.Count - 1);
            var row = 0;
            while (bars.Exists(bar => bar.Row == row && bar.From <= to && from <= bar.To)) row++;
            bars.Add(new Bar(i, from, to, row));
        }

        Clients = [.. clients.Select(client => (client.Key, client.Value))];
    }

    /// <summary>The columns: all times at which something begins or ends.</summary>
    public IReadOnlyList<long> Moments { get; }

    public IReadOnlyList<(int Client, List<Bar> Bars)> Clients { get; }

    private static bool Ends(Operation operation) => operation.Outcome != OperationOutcome.Unknown;

    /// <summary>From the first to the last column it covers: those that share one overlap.</summary>
    internal readonly record struct Bar(int Operation, int From, int To, int Row);
}
