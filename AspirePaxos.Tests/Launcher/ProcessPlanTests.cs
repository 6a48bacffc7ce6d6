using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

public sealed class ProcessPlanTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_replica_gets_its_address_its_folder_its_peers_and_the_common_secret()
    {
        using var ports = new Ports();
        using var data = DataFolder.Open(folder.In("data"), fresh: false, []);
        var manifest = ports.Assign(ManifestReader.Read(ManifestReader.Find(AppContext.BaseDirectory)), 0);

        var plans = ProcessPlan.All(manifest, data, new() { Environment = new Dictionary<string, string> { ["Paxos__Mode"] = "Simple" } });

        var node1 = plans.Single(plan => plan.Name == "node1");
        Assert.Equal(node1.Url!.ToString().TrimEnd('/'), node1.Environment["ASPNETCORE_URLS"]);
        Assert.Equal(plans[2].Environment["ASPNETCORE_URLS"], node1.Environment["services__node2__http__0"]);
        Assert.Equal(folder.In("data", "node1-data"), node1.Environment["Paxos__DataDirectory"]);
        Assert.Equal(folder.In("data", "logs", "node1"), node1.Environment["Paxos__LogDirectory"]);
        Assert.Equal("node1", node1.Environment["OTEL_SERVICE_NAME"]);
        Assert.All(plans, plan => Assert.Matches("service\\.instance\\.id=[a-z]{8}$", plan.Environment["OTEL_RESOURCE_ATTRIBUTES"]));
        Assert.Distinct(plans.Select(plan => plan.Environment["OTEL_RESOURCE_ATTRIBUTES"]));
        Assert.Equal("true", node1.Environment["Paxos__EnableCrashEndpoint"]);
        Assert.Equal("true", node1.Environment["Paxos__EnableFaultEndpoints"]);
        Assert.Equal("Simple", node1.Environment["Paxos__Mode"]);
        Assert.Equal(plans.Single(plan => plan.IsConsole).Environment["ASPNETCORE_URLS"], node1.Environment["Paxos__ConsoleUrl"]);
        Assert.DoesNotContain("HTTP_PORTS", node1.Environment.Keys);
        Assert.EndsWith("AspirePaxos.Node.dll", node1.Arguments[0], StringComparison.Ordinal);
        Assert.Matches("^[A-Za-z0-9]{32}$", Assert.Single(plans.Where(plan => !plan.IsConsole).Select(plan => plan.Environment["Paxos__ClusterSecret"]).Distinct()));
    }

    [Fact]
    public void The_console_gets_its_address_and_the_replicas_and_nothing_that_is_theirs()
    {
        using var ports = new Ports();
        using var data = DataFolder.Open(folder.In("data"), fresh: false, []);
        var manifest = ports.Assign(ManifestReader.Read(ManifestReader.Find(AppContext.BaseDirectory)), 0);

        var plans = ProcessPlan.All(manifest, data, new());

        var console = plans.Single(plan => plan.IsConsole);
        Assert.Equal(console.Url!.ToString().TrimEnd('/'), console.Environment["ASPNETCORE_URLS"]);
        Assert.All(plans.Where(plan => plan != console), node => Assert.Equal(node.Environment["ASPNETCORE_URLS"], console.Environment[$"services__{node.Name}__http__0"]));
        Assert.Equal("web", console.Environment["OTEL_SERVICE_NAME"]);
        Assert.Equal("true", console.Environment["PAXOS_EXIT_WITH_PARENT"]);
        Assert.DoesNotContain(console.Environment.Keys, key => key.StartsWith("Paxos__", StringComparison.Ordinal));
        Assert.EndsWith("AspirePaxos.Web.dll", console.Arguments[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_console_no_replica_links_to_one()
    {
        using var ports = new Ports();
        using var data = DataFolder.Open(folder.In("data"), fresh: false, []);
        var manifest = Topology.WithoutConsole(ports.Assign(ManifestReader.Read(ManifestReader.Find(AppContext.BaseDirectory)), 0));

        Assert.All(ProcessPlan.All(manifest, data, new()), plan => Assert.DoesNotContain("Paxos__ConsoleUrl", plan.Environment.Keys));
    }

    [Fact]
    public void A_project_that_is_not_built_is_named_with_the_command_that_builds_it()
    {
        Directory.CreateDirectory(folder.In("data"));
        using var data = DataFolder.Open(folder.In("data"), fresh: false, []);
        var manifest = ManifestReader.Read(folder.Write("m.json", """{"resources":{"web":{"type":"project.v0","path":"Web/Web.csproj"}}}"""));

        var refused = Assert.Throws<LaunchRefusedException>(() => ProcessPlan.All(manifest, data, new()));

        Assert.Contains("web is not built", refused.Message, StringComparison.Ordinal);
        Assert.Contains("dotnet build -c", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_without_a_default_is_asked_for()
    {
        using var data = DataFolder.Open(folder.In("data"), fresh: false, []);
        var manifest = ManifestReader.Read(folder.Write("m.json", """
            {"resources":{
              "api-key":{"type":"parameter.v0","value":"{api-key.inputs.value}","inputs":{"value":{"type":"string"}}},
              "tool":{"type":"executable.v0","command":"true","env":{"KEY":"{api-key.value}"}}}}
            """));

        Assert.Contains("Parameters__api_key", Assert.Throws<LaunchRefusedException>(() => ProcessPlan.All(manifest, data, new())).Message, StringComparison.Ordinal);
    }
}
