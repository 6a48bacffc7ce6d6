using System.Text.Json;
using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

public sealed class ManifestTests
{
    private static readonly string Path = ManifestReader.Find(AppContext.BaseDirectory);
    private static readonly string Text = File.ReadAllText(Path);

    [Fact]
    public void The_manifest_fits_its_schema() => Assert.Empty(Errors(Text));

    [Theory]
    [InlineData("\"container.v1\"", "1")]
    [InlineData("\"node0,node1,node2\"", "7")]
    [InlineData("\"build\":", "\"built\":")]
    [InlineData("\"port\": 8001", "\"port\": \"8001\"")]
    [InlineData("\"target\":", "\"targets\":")]
    public void The_schema_finds_what_is_wrong(string right, string wrong) => Assert.NotEmpty(Errors(Text.Replace(right, wrong, StringComparison.Ordinal)));

    [Fact]
    public void Three_replicas_with_a_volume_and_a_port_each_are_read_and_the_console()
    {
        var manifest = ManifestReader.Read(Path);
        var replicas = manifest.Resources.Where(resource => resource.IsReplica).ToList();
        var console = Assert.Single(manifest.Resources, resource => resource.IsConsole);

        Assert.Equal(["node0", "node1", "node2"], Topology.ReplicaNames(manifest));
        Assert.Equal([8000, 8001, 8002], replicas.Select(resource => resource.Http!.Port!.Value));
        Assert.All(replicas, resource => Assert.Equal("AspirePaxos.Node", resource.Project));
        Assert.All(replicas, resource => Assert.Equal(new Volume(resource.Name + "-data", "/data"), Assert.Single(resource.Volumes)));
        Assert.Equal(("AspirePaxos.Web", 8010), (console.Project, console.Http!.Port));
        Assert.Empty(console.Volumes);
        Assert.Equal(4, manifest.Resources.Count);
        Assert.Equal(new GeneratedText(32, true, true, true, false), manifest.Parameters["cluster-secret"].Inputs["value"].Generated);
        Assert.Empty(manifest.Skipped);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("""{"resources":{}}""")]
    [InlineData("""{"resources":{"a":7}}""")]
    [InlineData("""{"resources":{"a":{"type":"executable.v0","command":"x","env":{"K":null}}}}""")]
    public void What_is_no_manifest_is_refused_by_its_name(string content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("m.json", content);

        var refused = Assert.Throws<LaunchRefusedException>(() => ManifestReader.Read(path));

        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains("--manifest", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "the property \"resources\" is missing")]
    [InlineData("""{"resources":{"a":{}}}""", "resource 'a': the property \"type\" is missing")]
    [InlineData("""{"resources":{"a":{"type":"executable.v0"}}}""", "resource 'a': the property \"command\" is missing")]
    [InlineData("""{"resources":{"a":{"type":"executable.v0","command":"x","bindings":{"http":{}}}}}""", "resource 'a': the property \"scheme\" is missing")]
    public void What_is_missing_is_named_with_the_way_to_get_it(string content, string missing)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("m.json", content);

        var refused = Assert.Throws<LaunchRefusedException>(() => ManifestReader.Read(path));

        Assert.Contains(missing, refused.Message, StringComparison.Ordinal);
        Assert.Contains("--publisher manifest", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--manifest FILE", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_that_is_not_there_is_refused_by_its_name() =>
        Assert.Contains("nowhere.json", Assert.Throws<LaunchRefusedException>(() => ManifestReader.Read("nowhere.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_container_that_is_no_project_is_left_out_with_the_reason()
    {
        using var folder = new TemporaryFolder();
        var manifest = ManifestReader.Read(folder.Write("m.json", """
            {"resources":{"cache":{"type":"container.v0","image":"redis"},"tool":{"type":"executable.v0","command":"true"}}}
            """));

        Assert.Equal("tool", Assert.Single(manifest.Resources).Name);
        Assert.Contains("container.v0", manifest.Skipped["cache"], StringComparison.Ordinal);
    }

    private static List<string> Errors(string manifest)
    {
        var schema = File.ReadAllText(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, "eng", "aspire-8.0.schema.json"));
        return new JsonSchemaDraft7(JsonDocument.Parse(schema).RootElement).Check(JsonDocument.Parse(manifest).RootElement);
    }
}
