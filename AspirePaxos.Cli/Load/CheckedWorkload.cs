using System.Collections.Concurrent;
using System.Diagnostics;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Cli.Load;

/// <summary>
/// Clients that read, write, compare-and-set and delete a few keys of this run's own through every node, each operation recorded as it was
/// answered. A client stays with its node while that answers.
/// </summary>
internal sealed class CheckedWorkload(IReadOnlyList<NodeAddress> nodes, int clients, int keys)
{
    private static readonly TimeSpan pauseAfterFailure = TimeSpan.FromMilliseconds(50);

    private readonly string run = $"verify-{Guid.NewGuid():n}";
    private readonly ConcurrentQueue<Operation> operations = new();

    public int Count => operations.Count;

    /// <summary>No other client knows them, so that the history begins with an empty store.</summary>
    public IEnumerable<string> Keys => Enumerable.Range(0, keys).Select(Key);

    public async Task<History> RunAsync(TimeSpan time, CancellationToken stop)
    {
        using var client = new LoadClient();
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(number => RunAsync(client, number, () => Stopwatch.GetElapsedTime(began) < time, stop)));
        return new History([.. operations]);
    }

    private async Task RunAsync(LoadClient client, int number, Func<bool> goesOn, CancellationToken stop)
    {
        var (at, known) = (number, new Dictionary<string, long>());
        for (var n = 0; goesOn(); n++)
        {
            var key = Key(Random.Shared.Next(keys));
            var kind = Random.Shared.Next(10) switch { < 4 => OperationKind.Get, 4 => OperationKind.Delete, _ => OperationKind.Put };
            var condition = kind == OperationKind.Put && Random.Shared.Next(3) == 0 && known.TryGetValue(key, out var revision)
                ? new OperationCondition(OperationConditionKind.RevisionIs, revision)
                : default;
            var reply = await client.SendAsync(nodes[at % nodes.Count], kind, key, kind == OperationKind.Put ? $"{number}-{n}" : null, condition, stop);
            operations.Enqueue(new Operation(number, key, kind, reply.Value, condition, reply.Call, reply.Return, reply.Outcome, reply.Revision));
            if (reply is { Outcome: OperationOutcome.Ok, Revision: { } seen }) known[key] = seen;
            if (!reply.Failed) continue;
            at++;
            await Task.Delay(pauseAfterFailure, stop);
        }
    }

    private string Key(int number) => $"{run}-{number}";
}
