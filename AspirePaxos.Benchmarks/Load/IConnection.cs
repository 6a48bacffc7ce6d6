namespace AspirePaxos.Benchmarks.Load;

/// <summary>One kept connection to one node: a request at a time.</summary>
internal interface IConnection : IDisposable
{
    /// <returns>The status of the answer.</returns>
    /// <exception cref="IOException">The connection is gone; a later exchange opens another.</exception>
    ValueTask<int> ExchangeAsync(RequestTemplate request, CancellationToken cancellation);
}
