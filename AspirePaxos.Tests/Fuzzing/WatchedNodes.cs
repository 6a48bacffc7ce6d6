using System.Text;
using AspirePaxos.Tests.Api;

namespace AspirePaxos.Tests.Fuzzing;

/// <summary>Three nodes, and every error that one of them logs.</summary>
public sealed class WatchedNodes : IAsyncLifetime
{
    /// <summary>How a quiet moment without a leader shows; none of them is the request's fault.</summary>
    private static readonly string[] withoutLeader = ["not-proposed", "read-not-confirmed", "outcome-unknown"];

    private readonly ErrorLines errors = new();

    public InProcessCluster Cluster { get; private set; } = null!;

    public int Port(int node) => Cluster.Clients[node].BaseAddress!.Port;

    public async ValueTask InitializeAsync() => Cluster = await InProcessCluster.StartAsync(3, errors);

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        errors.Dispose();
    }

    /// <returns>The name of the problem; empty where there is none, or a HEAD hides it.</returns>
    internal string AssertNoFailure(RawRequest request, RawAnswer answer)
    {
        Assert.Empty(errors.Written);
        var problem = answer.IsProblem && answer.Body.Length > 0 ? answer.Problem() : "";
        if (answer.Status >= 500)
        {
            // The server knows one version of HTTP, and says so.
            var mayBe = withoutLeader.Contains(problem) || answer.Status == 505 || request.Target.StartsWith("/health/ready", StringComparison.Ordinal);
            Assert.True(mayBe, $"{answer.Status} {Encoding.UTF8.GetString(answer.Body)}");
        }

        return problem;
    }

    public async Task GoesOnAsync()
    {
        await Eventually.HoldsAsync(
            async () => (await RawAnswer.ToAsync(Port(1), new RawRequest("PUT", "/v1/kv/after", "all"u8.ToArray()))).Status == 200, "a write is done");
        for (var node = 0; node < 3; node++)
        {
            var answer = await RawAnswer.ToAsync(Port(node), new RawRequest("GET", "/v1/kv/after"));
            Assert.Equal("all", Encoding.UTF8.GetString(answer.Body));
        }

        Assert.Empty(errors.Written);
    }
}
