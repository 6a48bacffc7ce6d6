using AspirePaxos.Launcher;
using AspirePaxos.Node;
using AspirePaxos.Tests.Conventions;

namespace AspirePaxos.Tests.Deployment;

/// <summary>docker-compose.yaml and the files that go over it are written by hand, and so can fall behind the manifest and the node.</summary>
public sealed class ComposeTests
{
    private static readonly string Manifest = ManifestReader.Find(AppContext.BaseDirectory);
    private static readonly string Compose = File.ReadAllText(Path.Combine(SourceTree.Root, "docker-compose.yaml"));

    [Fact]
    public void Compose_has_the_services_settings_ports_and_volumes_of_the_manifest()
    {
        Assert.Contains("node2 has services__node0__http__0=http://node0:8080", Expected);
        Assert.Contains("node2 publishes 8002:8080", Expected);
        Assert.Contains("node2 mounts node2-data:/data", Expected);
        Assert.Contains("web has services__node2__http__0=http://node2:8080", Expected);
        Assert.Contains("web publishes 8010:8080", Expected);
        Assert.Equal(Expected, DeployedServices.OfCompose(Compose));
    }

    [Theory]
    [InlineData("  node2:\n    <<", "  node3:\n    <<", "node2 is a service")]
    [InlineData("      Paxos__NodeId: \"node1\"\n", "", "node1 has Paxos__NodeId=node1")]
    [InlineData("Paxos__ClusterSecret: \"${CLUSTER_SECRET:", "Paxos__ClusterSecret: \"${OTHER:", "node0 has Paxos__ClusterSecret={cluster-secret.value}")]
    [InlineData("services__node1__http__0: \"http://node1:8080\"", "services__node1__http__0: \"http://node1:8000\"", "node2 has services__node1__http__0=http://node1:8080")]
    [InlineData(":8001:8080", ":8001:80", "node1 publishes 8001:8080")]
    [InlineData("source: node0-data", "source: node1-data", "node0 mounts node0-data:/data")]
    [InlineData("  web:\n    <<", "  page:\n    <<", "web is a service")]
    [InlineData(":8010:8080", ":8011:8080", "web publishes 8010:8080")]
    public void What_compose_lacks_is_found(string right, string wrong, string lacking) =>
        Assert.Contains(lacking, Expected.Except(DeployedServices.OfCompose(Compose.Replace(right, wrong, StringComparison.Ordinal))));

    [Theory]
    [InlineData("      HTTP_PORTS: \"8080\"\n", "      HTTP_PORTS: \"8080\"\n      Paxos__More: \"1\"\n", "node0 has Paxos__More=1")]
    [InlineData("        target: /data\n", "        target: /data\n      - type: bind\n        source: ./x\n        target: /x\n", "node0 mounts ./x:/x")]
    public void What_only_compose_has_is_found(string right, string wrong, string more) =>
        Assert.Contains(more, DeployedServices.OfCompose(Compose.Replace(right, wrong, StringComparison.Ordinal)).Except(Expected));

    [Fact]
    public async Task Every_container_comes_back_by_itself_has_time_to_stop_and_writes_into_its_volume_alone()
    {
        var file = ComposeFile.Parse(Compose);
        var shutdown = await Shutdown.OfTheNodeAsync();

        Assert.Equal(["paxos_network"], file.Networks.Keys);
        Assert.All(file.Services.Values, service =>
        {
            Assert.Equal("always", service.Restart);
            Assert.True(service.ReadOnly);
            Assert.True(Seconds(service.StopGracePeriod) > shutdown, $"{service.StopGracePeriod} is not longer than the {shutdown.TotalSeconds} s that a node may take");
            Assert.Equal(["paxos_network"], service.Networks);
        });
        Assert.All(Replicas(file), replica =>
        {
            var mount = Assert.Single(replica.Value.Volumes);
            Assert.Equal("volume", mount.Type);
            Assert.Contains(mount.Source, file.Volumes.Keys);
            Assert.Equal(mount.Target, replica.Value.Environment["Paxos__DataDirectory"]);
        });
    }

    [Fact]
    public void The_console_keeps_nothing()
    {
        var console = ComposeFile.Parse(Compose).Services[Resource.ConsoleName];

        Assert.Empty(console.Volumes);
        // The image's volume is for replicas: this covers it, so that no volume without a name is left behind.
        Assert.Equal(["/data"], console.Tmpfs);
    }

    [Fact]
    public void The_override_adds_settings_of_the_node_and_a_folder_of_the_host_for_its_logs_and_says_where_the_console_is()
    {
        var file = ComposeFile.Parse(Compose);
        var console = file.Services[Resource.ConsoleName].Ports.Single().Split(':')[^2];
        var over = ComposeFile.Load("docker-compose.override.yaml");
        var script = File.ReadAllText(Path.Combine(SourceTree.Root, "eng", "compose-env.sh"));

        Assert.Equal(Replicas(file).Select(replica => replica.Key), over.Services.Keys);
        Assert.All(over.Services, service =>
        {
            Assert.All(service.Value.Environment.Keys, key => Assert.NotNull(typeof(NodeOptions).GetProperty(key.Replace("Paxos__", "", StringComparison.Ordinal))));
            Assert.Equal("true", service.Value.Environment["Paxos__EnableFaultEndpoints"]);
            Assert.Equal($"http://127.0.0.1:{console}", service.Value.Environment["Paxos__ConsoleUrl"]);
            var mount = Assert.Single(service.Value.Volumes);
            Assert.Equal(("bind", $"./logs/{service.Key}", service.Value.Environment["Paxos__LogDirectory"]), (mount.Type, mount.Source, mount.Target));
            Assert.Contains(service.Key, script, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("Paxos__EnableCrashEndpoint")]
    [InlineData("Paxos__EnableFaultEndpoints")]
    public void What_is_published_can_neither_be_crashed_nor_hurt(string setting)
    {
        Assert.DoesNotContain(setting, Compose, StringComparison.Ordinal);
        Assert.DoesNotContain(setting, File.ReadAllText(Manifest), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "deploy"), "*", SearchOption.AllDirectories), file =>
            File.ReadAllText(file).Contains(setting, StringComparison.Ordinal));
    }

    [Fact]
    public void The_dashboard_is_what_every_node_and_the_console_send_to()
    {
        var extra = ComposeFile.Load("docker-compose.dashboard.yaml");
        var (name, dashboard) = extra.Services.Single(service => service.Value.Image is not null);

        Assert.Equal(ComposeFile.Parse(Compose).Services.Keys, extra.Services.Keys.Where(service => service != name));
        Assert.Equal(["paxos_network"], dashboard.Networks);
        Assert.All(dashboard.Ports, port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        Assert.All(extra.Services.Where(service => service.Key != name), node =>
        {
            // The port at which the dashboard takes gRPC, as in the compose files that Aspire publishes.
            Assert.Equal($"http://{name}:18889", node.Value.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
            Assert.Equal("grpc", node.Value.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        });
    }

    private static SortedSet<string> Expected => DeployedServices.OfManifest(File.ReadAllText(Manifest));

    private static IEnumerable<KeyValuePair<string, ComposeFile.Service>> Replicas(ComposeFile file) =>
        file.Services.Where(service => service.Value.Environment.ContainsKey(Resource.ReplicasSetting));

    private static TimeSpan Seconds(string? period) =>
        TimeSpan.FromSeconds(int.Parse(period!.TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture));
}
