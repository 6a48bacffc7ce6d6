using AspirePaxos.Benchmarks.Load;
using AspirePaxos.Launcher;

namespace AspirePaxos.Benchmarks.Targets;

/// <summary>A running cluster under load. Disposing ends its processes and deletes its data.</summary>
internal interface ITarget : IAsyncDisposable
{
    string Name { get; }

    IReadOnlyList<LaunchedResource> Nodes { get; }

    /// <summary>Each connection has its own.</summary>
    RequestTemplate Write(int valueBytes, bool idempotent);

    RequestTemplate Read(bool local);

    /// <summary>It remembers Idempotency-Keys.</summary>
    bool IsExactlyOnce { get; }

    /// <summary>Where clients are served; waited for.</summary>
    Task WaitUntilReadyAsync(CancellationToken cancellation);

    /// <summary>Asked of the node itself, now.</summary>
    Task<bool> IsReadyAsync(int node, CancellationToken cancellation);

    /// <returns>The index of the node that leads; null where none does, or none says so.</returns>
    Task<int?> LeaderAsync(CancellationToken cancellation);

    /// <summary>What the node counts itself.</summary>
    Task<NodeCounts> CountsAsync(int node, CancellationToken cancellation);
}

/// <summary>Since the node's start; files and log as they are now. Null: this kind of node does not say.</summary>
internal readonly record struct NodeCounts(long Syncs, long? Rounds, long? Commands, long? DatabaseBytes, long? WalBytes, long? LogSlots);
