namespace AspirePaxos.Tests.EndToEnd;

/// <summary>Over real processes of this machine.</summary>
public sealed class FaultsUnderLoadTests : FaultsUnderLoad
{
    private protected override async Task<ICluster> StartAsync(IReadOnlyDictionary<string, string>? settings) => await LocalCluster.StartAsync(settings: settings);
}
