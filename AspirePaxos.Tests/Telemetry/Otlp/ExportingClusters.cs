namespace AspirePaxos.Tests.Telemetry.Otlp;

/// <summary>One cluster for each protocol of OTLP, for all tests of the collection; started when the first of them asks for it.</summary>
public sealed class ExportingClusters : IAsyncDisposable
{
    private readonly Dictionary<string, ExportingCluster> started = [];

    /// <param name="protocol">As <see cref="OtlpReceiver.Protocol"/>.</param>
    internal async Task<ExportingCluster> WithAsync(string protocol)
    {
        if (!started.TryGetValue(protocol, out var cluster)) started[protocol] = cluster = await ExportingCluster.StartAsync(protocol);
        return cluster;
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(started.Values.Select(cluster => cluster.DisposeAsync().AsTask()));
}

[CollectionDefinition(nameof(OtlpCollection))]
public sealed class OtlpCollection : ICollectionFixture<ExportingClusters>;
