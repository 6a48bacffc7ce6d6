using System.Net;
using System.Net.Sockets;
using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

public sealed class DataFolderTests : IDisposable
{
    private static readonly string[] Volumes = ["node0-data"];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_secret_is_made_once_and_is_for_its_owner_alone()
    {
        using (var first = Open()) Assert.Equal("made", first.Secret("s.value", () => "made"));
        using (var second = Open()) Assert.Equal("made", second.Secret("s.value", () => "made again"));

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.In("data", "secrets.json")));
        }
    }

    [Fact]
    public void Another_launcher_is_refused_while_one_uses_the_folder()
    {
        using (Open()) Assert.Contains("Another launcher", Refusal(), StringComparison.Ordinal);

        using var after = Open();
        Assert.Equal(folder.In("data"), after.Path);
    }

    [Fact]
    public void Another_size_than_the_one_it_was_formed_with_is_refused()
    {
        using (var data = Open()) data.Claim(["node0", "node1", "node2"], []);

        using var again = Open();
        again.RequireTopology(["node0", "node1", "node2"]);
        var refused = Assert.Throws<LaunchRefusedException>(() => again.RequireTopology(["node0", "node1", "node2", "node3", "node4"]));
        Assert.Contains("--nodes 3", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--fresh", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fresh_empties_a_folder_of_a_launcher_and_allows_another_size()
    {
        using (var data = Open())
        {
            data.Claim(["node0", "node1", "node2"], [new("node0-data", "/data")]);
            data.Secret("s.value", () => "old");
            File.WriteAllText(Path.Combine(data.VolumeFolder(new("node0-data", "/data")), "x"), "x");
        }

        using var fresh = Open(fresh: true);
        fresh.Clear();
        Assert.False(Directory.Exists(folder.In("data", "node0-data")));
        Assert.Equal("new", fresh.Secret("s.value", () => "new"));
        fresh.RequireTopology(["node0"]);
    }

    [Fact]
    public void A_fresh_start_that_is_refused_deletes_nothing()
    {
        using (var data = Open()) data.Claim(["a"], [new("a-data", "/data")]);
        var kept = Path.Combine(folder.In("data", "a-data"), "x");
        File.WriteAllText(kept, "x");
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var manifest = folder.Write("m.json", $$"""
            {"resources":{"a":{"type":"executable.v0","command":"true","volumes":[{"name":"a-data","target":"/data"}],
              "bindings":{"http":{"scheme":"http","protocol":"tcp","transport":"http","port":{{port}} } } } } }
            """);

        var refused = Assert.Throws<LaunchRefusedException>(
            () => LaunchedCluster.Start(new() { ManifestPath = manifest, DataDirectory = folder.In("data"), Fresh = true }));

        Assert.Contains($"Port {port}", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(kept));
    }

    [Fact]
    public void A_start_that_was_refused_leaves_the_folder_to_a_cluster_of_any_size()
    {
        var manifest = folder.Write("m.json", """
            {"resources":{
              "a":{"type":"executable.v0","command":"true","env":{"Paxos__Replicas":"a","Paxos__DataDirectory":"/data"},"volumes":[{"name":"a-data","target":"/data"}]},
              "b":{"type":"executable.v0","command":"true","env":{"X":"{no.such.thing}"}}}}
            """);

        Assert.Throws<LaunchRefusedException>(() => LaunchedCluster.Start(new() { ManifestPath = manifest, DataDirectory = folder.In("data") }));

        using var data = Open();
        data.RequireTopology(["node0", "node1", "node2", "node3", "node4"]);
    }

    [Fact]
    public void A_start_whose_port_is_in_use_does_not_claim_the_folder()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var manifest = folder.Write("m.json", """
            {"resources":{"a":{"type":"executable.v0","command":"true","env":{"Paxos__Replicas":"a"},"bindings":{"http":{"scheme":"http","port":PORT}}}}}
            """.Replace("PORT", $"{port}", StringComparison.Ordinal));

        var refused = Assert.Throws<LaunchRefusedException>(() => LaunchedCluster.Start(new() { ManifestPath = manifest, DataDirectory = folder.In("data") }));

        Assert.Contains($"Port {port}", refused.Message, StringComparison.Ordinal);
        using var data = Open();
        data.RequireTopology(["node0", "node1", "node2", "node3", "node4"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_with_foreign_contents_is_refused_and_left_as_it_is(bool fresh)
    {
        Directory.CreateDirectory(folder.In("data"));
        var mine = folder.Write("data/thesis.txt", "years of work");

        Assert.Contains("thesis.txt", Refusal(fresh), StringComparison.Ordinal);

        Assert.Equal("years of work", File.ReadAllText(mine));
        Assert.Single(Directory.GetFileSystemEntries(folder.In("data")));
    }

    [Fact]
    public void Volumes_that_another_host_left_are_taken_up()
    {
        Directory.CreateDirectory(folder.In("data", "node0-data"));

        using var data = Open();

        Assert.Equal(folder.In("data", "node0-data"), data.VolumeFolder(new("node0-data", "/data")));
    }

    [Fact]
    public void A_damaged_record_is_named()
    {
        using (var data = Open()) data.Claim(["node0"], []);
        folder.Write("data/launcher.json", "{");

        using var again = Open();
        Assert.Contains("launcher.json", Assert.Throws<LaunchRefusedException>(() => again.RequireTopology(["node0"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_cannot_be_a_folder_is_refused()
    {
        folder.Write("data", "a file");

        Assert.Contains("--data", Refusal(), StringComparison.Ordinal);
    }

    private DataFolder Open(bool fresh = false) => DataFolder.Open(folder.In("data"), fresh, Volumes);

    private string Refusal(bool fresh = false) => Assert.Throws<LaunchRefusedException>(() => Open(fresh)).Message;
}
