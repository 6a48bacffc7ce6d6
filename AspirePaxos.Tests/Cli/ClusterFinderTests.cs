using System.Text.Json;
using AspirePaxos.Cli;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Launcher;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.Cli;

public sealed class ClusterFinderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Told_on_the_command_line_counts_before_the_environment_and_a_running_AppHost()
    {
        Announce(".paxos", Environment.ProcessId);

        var found = new ClusterFinder(_ => "http://variable:2", folder.Path).Find("localhost:1, http://other:3", null);

        Assert.Equal(["http://localhost:1", "http://other:3"], found.Nodes.Select(node => node.Address));
        Assert.Null(found.Launcher);
    }

    [Fact]
    public void The_environment_counts_before_a_running_AppHost_unless_its_folder_is_named()
    {
        Announce(".paxos", Environment.ProcessId);
        var finder = new ClusterFinder(name => name == "PAXOS_ENDPOINTS" ? "http://variable:2" : null, folder.Path);

        Assert.Equal(["http://variable:2"], finder.Find(null, null).Nodes.Select(node => node.Address));
        Assert.Equal(["http://127.0.0.1:9000", "http://127.0.0.1:9001"], finder.Find(null, ".paxos").Nodes.Select(node => node.Address));
    }

    [Fact]
    public void A_running_AppHost_is_found_from_a_folder_below()
    {
        Announce(".paxos", Environment.ProcessId);
        var below = Directory.CreateDirectory(folder.In("a", "b")).FullName;

        var found = Finder(below).Find(null, null);

        Assert.Equal(["node0", "node1"], found.Nodes.Select(node => node.Name));
        Assert.Equal(folder.In(".paxos", "logs", "node1"), found.Nodes[1].LogDirectory);
        Assert.Equal(Environment.ProcessId, found.Launcher!.LauncherPid);
    }

    [Fact]
    public void What_a_dead_AppHost_left_is_passed_over()
    {
        Announce(".paxos", 0);

        var found = Finder(folder.Path).Find(null, null);

        Assert.Equal(ClusterFinder.DefaultEndpoints.Split(','), found.Nodes.Select(node => node.Address));
        var refused = Assert.Throws<CommandFailedException>(() => Finder(folder.Path).Find(null, ".paxos"));
        Assert.Equal(ExitCode.Unavailable, refused.ExitCode);
        Assert.Contains("--data .paxos", refused.Next, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_that_are_told_are_known_to_the_AppHost_whose_folder_is_named()
    {
        Announce("data", Environment.ProcessId);

        var found = Finder(folder.Path).Find("127.0.0.1:9001/", "data");

        Assert.Equal("node1", Assert.Single(found.Nodes).Name);
        Assert.NotNull(found.Launcher);
    }

    private static ClusterFinder Finder(string directory) => new(_ => null, directory);

    private void Announce(string data, int pid)
    {
        ClusterFile.Entry Node(int i) => new($"node{i}", $"http://127.0.0.1:{9000 + i}", 1, folder.In(data, "logs", $"node{i}.log"));
        Directory.CreateDirectory(folder.In(data));
        var file = new ClusterFile(pid, folder.In(data), [Node(0), Node(1), new("web", "http://127.0.0.1:9010", 1, "web.log")]);
        folder.Write(Path.Combine(data, "cluster.json"), JsonSerializer.Serialize(file, JsonSerializerOptions.Web));
    }
}
