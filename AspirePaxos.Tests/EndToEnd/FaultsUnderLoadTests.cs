namespace AspirePaxos.Tests.EndToEnd;

/// <summary>Processes that the launcher starts.</summary>
public sealed class FaultsUnderLoadTests : FaultsUnderLoad
{
    private protected override async Task<ICluster> StartAsync(IReadOnlyDictionary<string, string>? settings) => await LocalCluster.StartAsync(settings: settings);
}
