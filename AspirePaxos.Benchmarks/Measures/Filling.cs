using AspirePaxos.Benchmarks.Load;
using AspirePaxos.Benchmarks.Targets;

namespace AspirePaxos.Benchmarks.Measures;

/// <summary>Writes all keys in turn, so many commands in all.</summary>
internal sealed class Filling(ITarget target, Workload workload, int keys, int bytes, Func<Uri, IConnection> connect)
{
    private const int MostConnections = 256;
    private long next;

    public long Done => Math.Max(0, Volatile.Read(ref next));

    public async Task RunAsync(long commands, CancellationToken cancellation)
    {
        var leader = await Leadership.FindAsync(target, cancellation);
        await Task.WhenAll(Enumerable.Range(0, (int)Math.Min(MostConnections, commands)).Select(i => WriteAsync(target.Nodes[leader].Url!, commands, cancellation)));
    }

    private async Task WriteAsync(Uri node, long commands, CancellationToken cancellation)
    {
        await Task.Yield();
        using var connection = connect(node);
        var request = target.Write(bytes, workload.Kind == Kind.IdempotentWrite);
        for (var command = Interlocked.Increment(ref next) - 1; command < commands; command = Interlocked.Increment(ref next) - 1)
        {
            request.Number((int)(command % keys), (ulong)command);
            while (await StatusAsync(connection, request, cancellation) is < 200 or >= 300) await Task.Delay(20, cancellation);
        }
    }

    private static async Task<int> StatusAsync(IConnection connection, RequestTemplate request, CancellationToken cancellation)
    {
        try
        {
            return await connection.ExchangeAsync(request, cancellation);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
