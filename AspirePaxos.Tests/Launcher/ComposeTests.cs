using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

/// <summary>docker-compose.yaml is written by hand, and so can fall behind the manifest.</summary>
public sealed class ComposeTests
{
    private static readonly string Manifest = ManifestReader.Find(AppContext.BaseDirectory);
    private static readonly string Compose = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Manifest)!, "docker-compose.yaml"));

    [Fact]
    public void Compose_has_the_services_settings_ports_and_volumes_of_the_manifest()
    {
        Assert.Contains("node2 has services__node0__http__0=http://node0:8080", Expected);
        Assert.Contains("node2 publishes 8002:8080", Expected);
        Assert.Contains("node2 mounts node2-data:/data", Expected);
        Assert.Equal(Expected, DeployedServices.OfCompose(Compose));
    }

    [Theory]
    [InlineData("  node2:\n    <<", "  node3:\n    <<", "node2 is a service")]
    [InlineData("      Paxos__NodeId: \"node1\"\n", "", "node1 has Paxos__NodeId=node1")]
    [InlineData("Paxos__ClusterSecret: \"${CLUSTER_SECRET:", "Paxos__ClusterSecret: \"${OTHER:", "node0 has Paxos__ClusterSecret={cluster-secret.value}")]
    [InlineData("services__node1__http__0: \"http://node1:8080\"", "services__node1__http__0: \"http://node1:8000\"", "node2 has services__node1__http__0=http://node1:8080")]
    [InlineData(":8001:8080", ":8001:80", "node1 publishes 8001:8080")]
    [InlineData("source: node0-data", "source: node1-data", "node0 mounts node0-data:/data")]
    public void What_compose_lacks_is_found(string right, string wrong, string lacking) =>
        Assert.Contains(lacking, Expected.Except(DeployedServices.OfCompose(Compose.Replace(right, wrong, StringComparison.Ordinal))));

    [Theory]
    [InlineData("      HTTP_PORTS: \"8080\"\n", "      HTTP_PORTS: \"8080\"\n      Paxos__More: \"1\"\n", "node0 has Paxos__More=1")]
    [InlineData("        target: /data\n", "        target: /data\n      - type: bind\n        source: ./x\n        target: /x\n", "node0 mounts ./x:/x")]
    public void What_only_compose_has_is_found(string right, string wrong, string more) =>
        Assert.Contains(more, DeployedServices.OfCompose(Compose.Replace(right, wrong, StringComparison.Ordinal)).Except(Expected));

    private static SortedSet<string> Expected => DeployedServices.OfManifest(File.ReadAllText(Manifest));
}
