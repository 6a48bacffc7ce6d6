using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using AspirePaxos.Launcher;
using AspirePaxos.Tests.EndToEnd;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.Aspire;

/// <summary>The end-to-end suite on what Aspire runs.</summary>
public sealed class AspireFaultsUnderLoadTests : FaultsUnderLoad
{
    private protected override async Task<ICluster> StartAsync(IReadOnlyDictionary<string, string>? settings) => await AspireCluster.StartAsync(settings);
}

public sealed class PublishedManifestTests
{
    /// <summary>It needs no orchestrator.</summary>
    [Fact]
    public async Task The_manifest_in_the_repository_is_what_the_apphost_publishes()
    {
        using var folder = new TemporaryFolder();
        var published = folder.In("aspire-manifest.json");
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AspirePaxos_AppHost>(
            ["--operation", "publish", "--step", "publish-manifest", "--output-path", published]);
        await using var app = await builder.BuildAsync();

        await app.RunAsync();

        Assert.Equal(
            Normalized(ManifestReader.Find(AppContext.BaseDirectory), folder.Path),
            Normalized(published, folder.Path));
    }

    /// <summary>The paths in a manifest are relative to it, and this one was published elsewhere: they are compared as full ones.</summary>
    private static string Normalized(string path, string temporary)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        manifest.Remove("$schema");
        var directory = Path.GetDirectoryName(path)!;
        foreach (var (_, resource) in manifest["resources"]!.AsObject())
        {
            if (resource!["build"] is not JsonObject build) continue;
            foreach (var key in (string[])["context", "dockerfile"])
            {
                build[key] = Path.GetFullPath(build[key]!.GetValue<string>(), directory);
            }
        }

        Assert.DoesNotContain(temporary, manifest.ToJsonString(), StringComparison.Ordinal);
        return manifest.ToJsonString(new() { WriteIndented = true });
    }
}
