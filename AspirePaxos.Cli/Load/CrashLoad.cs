using System.Collections.Concurrent;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Cli.Load;

/// <summary>Clients that write keys of their own, never one twice, and go to the next node whenever one fails; every acknowledged write is remembered.</summary>
internal sealed class CrashLoad : IDisposable
{
    private static readonly TimeSpan pauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly LoadClient client = new();
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentQueue<(string Key, string Value)> acknowledged = new();
    private readonly Task[] clients;
    private int failed;

    public CrashLoad(IReadOnlyList<NodeAddress> nodes, int count, CancellationToken stop)
    {
        var run = $"crash-{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";
        clients = [.. Enumerable.Range(0, count).Select(number => RunAsync(nodes, number, run, stop))];
    }

    public IReadOnlyCollection<(string Key, string Value)> Acknowledged => acknowledged;

    /// <summary>Without an answer, refused, or with unknown outcome.</summary>
    public int Failed => failed;

    public async Task EndAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(clients);
    }

    public void Dispose()
    {
        client.Dispose();
        ending.Dispose();
    }

    private async Task RunAsync(IReadOnlyList<NodeAddress> nodes, int number, string run, CancellationToken stop)
    {
        var at = number;
        for (var n = 0; !ending.IsCancellationRequested; n++)
        {
            var (key, value) = ($"{run}-{number}-{n}", $"{Random.Shared.Next()}");
            var reply = await client.SendAsync(nodes[at % nodes.Count], OperationKind.Put, key, value, default, stop);
            if (reply.Outcome == OperationOutcome.Ok)
            {
                acknowledged.Enqueue((key, value));
                continue;
            }

            Interlocked.Increment(ref failed);
            at++;
            await Task.Delay(pauseAfterFailure, stop);
        }
    }
}
