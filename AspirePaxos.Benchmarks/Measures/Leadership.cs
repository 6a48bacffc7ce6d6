using AspirePaxos.Benchmarks.Targets;

namespace AspirePaxos.Benchmarks.Measures;

internal static class Leadership
{
    /// <summary>Waits until one of the nodes leads.</summary>
    public static async Task<int> FindAsync(ITarget target, CancellationToken cancellation)
    {
        while (true)
        {
            if (await target.LeaderAsync(cancellation) is { } leader) return leader;
            await Task.Delay(20, cancellation);
        }
    }
}
