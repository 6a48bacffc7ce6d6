using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

public sealed class TopologyTests
{
    private static readonly Manifest OfThree = ManifestReader.Read(ManifestReader.Find(AppContext.BaseDirectory));

    [Fact]
    public void The_derived_replicas_are_those_that_the_manifest_writes_out()
    {
        var derived = Topology.Resize(Topology.Resize(OfThree, 5), 3);

        foreach (var (expected, actual) in OfThree.Resources.Zip(derived.Resources))
        {
            Assert.Equal(expected.Name, actual.Name);
            Assert.Equal(expected.Bindings, actual.Bindings);
            Assert.Equal(expected.Volumes, actual.Volumes);
            Assert.Equal(expected.Environment.ToDictionary(), actual.Environment.ToDictionary());
        }
    }

    [Fact]
    public void Five_replicas_know_each_other_and_share_nothing()
    {
        var five = Topology.Resize(OfThree, 5);
        var last = five.Resources.Single(resource => resource.Name == "node4");
        var settings = last.Environment.ToDictionary();

        Assert.Equal([8000, 8001, 8002, 8003, 8004], five.Resources.Where(resource => resource.IsReplica).Select(resource => resource.Http!.Port!.Value));
        Assert.Equal("node0,node1,node2,node3,node4", settings["Paxos__Replicas"]);
        Assert.Equal("node4", settings["Paxos__NodeId"]);
        Assert.Equal("{node3.bindings.http.url}", settings["services__node3__http__0"]);
        Assert.Equal("{node3.bindings.http.url}", settings["NODE3_HTTP"]);
        Assert.DoesNotContain("services__node4__http__0", settings.Keys);
        Assert.Equal("node4-data", Assert.Single(last.Volumes).Name);
    }

    [Fact]
    public void The_console_knows_every_replica_of_another_size()
    {
        var console = Topology.Resize(OfThree, 5).Resources.Single(resource => resource.IsConsole);
        var settings = console.Environment.ToDictionary();

        Assert.Equal(5, settings.Keys.Count(key => key.StartsWith("services__", StringComparison.Ordinal)));
        Assert.Equal("{node4.bindings.http.url}", settings["services__node4__http__0"]);
        Assert.Equal("{node4.bindings.http.url}", settings["NODE4_HTTP"]);
        Assert.Equal("{web.bindings.http.targetPort}", settings["HTTP_PORTS"]);
        Assert.Equal(8010, console.Http!.Port);
    }

    [Fact]
    public void Without_the_console_all_replicas_are_left() =>
        Assert.Equal(Topology.ReplicaNames(OfThree), Topology.WithoutConsole(OfThree).Resources.Select(resource => resource.Name));

    [Fact]
    public void Without_a_pattern_no_replica_is_derived()
    {
        var unnamed = OfThree with { Resources = [.. OfThree.Resources.Select(resource => resource with { Name = "replica-" + resource.Name[^1..] + "x" })] };

        Assert.Contains("--nodes", Assert.Throws<LaunchRefusedException>(() => Topology.Resize(unnamed, 5)).Message, StringComparison.Ordinal);
    }
}
