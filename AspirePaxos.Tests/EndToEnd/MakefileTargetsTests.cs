using System.Diagnostics;
using System.Text;
using System.Text.Json;
using AspirePaxos.Launcher;
using AspirePaxos.Tests.Cli;
using AspirePaxos.Tests.Conventions;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>The scripts behind the Makefile's targets, on real clusters.</summary>
public sealed class MakefileTargetsTests
{
    [Fact]
    public async Task Help_describes_every_target_of_GoPaxos()
    {
        var (code, output) = await RunAsync("help.sh");

        Assert.Equal(0, code);
        string[] targets = ["all", "build", "docker", "provision", "info", "requests", "request", "logs", "diff", "cmp", "crash", "stop", "clean", "test", "bench"];
        foreach (var target in targets) Assert.Matches($@"(?m)^  {target} +\S", output);
    }

    [Fact]
    public async Task Requests_are_acknowledged_and_the_logs_are_equal_until_a_printed_one_is_changed()
    {
        await using var cluster = await LocalCluster.StartAsync();
        (string, string)[] settings = [Endpoints([.. cluster.Names.Select(cluster.Url)]), ("DATA", cluster.DataDirectory), ("N", "30")];

        await PassesAsync("requests.sh", "All 90 sets are acknowledged", settings);
        await PassesAsync("diff.sh", "The logs of 3 nodes are equal", settings);
        await PassesAsync("logs.sh", "3 logs are printed", settings);
        await PassesAsync("cmp.sh", "The 3 printed logs are equal", settings);
        await PassesAsync("info.sh", "leader", settings);

        await File.AppendAllTextAsync(Path.Combine(cluster.DataDirectory, "logs", cluster.Names[1], "log1"), "0 true SET a b\n");
        var (code, output) = await RunAsync("cmp.sh", settings);
        Assert.NotEqual(0, code);
        Assert.Contains("0 true SET a b", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_whose_begin_is_dropped_are_compared_behind_it()
    {
        await using var cluster = await LocalCluster.StartAsync(settings: new Dictionary<string, string> { ["Paxos__LogTailSlots"] = "20" });
        (string, string)[] settings = [Endpoints([.. cluster.Names.Select(cluster.Url)]), ("DATA", cluster.DataDirectory), ("N", "60")];

        await PassesAsync("requests.sh", "All 180 sets are acknowledged", settings);
        await PassesAsync("diff.sh", "are dropped on some node: the state stands for them", settings);
        await PassesAsync("logs.sh", "3 logs are printed", settings);
        await PassesAsync("cmp.sh", "some node had dropped its log", settings);

        var printed = Path.Combine(cluster.DataDirectory, "logs", cluster.Names[1], "log1");
        var lines = await File.ReadAllLinesAsync(printed);
        Assert.Matches("^# slots 1 to [0-9]+ are truncated$", lines[0]);
        Assert.StartsWith($"{int.Parse(lines[0].Split(' ')[4], System.Globalization.CultureInfo.InvariantCulture) + 1} true ", lines[1], StringComparison.Ordinal);

        lines[^1] += " and more";
        await File.WriteAllLinesAsync(printed, lines);
        var (code, output) = await RunAsync("cmp.sh", settings);
        Assert.NotEqual(0, code);
        Assert.Contains("and more", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_fails_where_a_slot_holds_different_commands()
    {
        await using var one = await LocalCluster.StartAsync();
        await using var another = await LocalCluster.StartAsync();
        using var client = new HttpClient();
        var (first, second) = (one.Url(one.Names[0]), another.Url(another.Names[0]));
        await SetAsync(first, "one");
        await SetAsync(second, "another");
        while (await CommitIndexAsync(first) is var a && await CommitIndexAsync(second) is var b && a != b) await SetAsync(a < b ? first : second, "more");

        var (code, output) = await RunAsync("diff.sh", Endpoints(first, second));

        Assert.NotEqual(0, code);
        Assert.Contains("differ; the first difference is above", output, StringComparison.Ordinal);

        async Task SetAsync(Uri node, string value) => (await client.GetAsync(new Uri(node, $"/store/set/k/{value}"))).EnsureSuccessStatusCode();
        async Task<long> CommitIndexAsync(Uri node) =>
            JsonDocument.Parse(await client.GetStringAsync(new Uri(node, "/v1/status"))).RootElement.GetProperty("commitIndex").GetInt64();
    }

    [Fact]
    public async Task The_console_is_found_beside_the_nodes_and_is_none_of_them()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts need bash");
        using var folder = new TemporaryFolder();
        var file = new ClusterFile(1, folder.Path, [new("node0", "http://127.0.0.1:9000", 1, "x"), new("web", "http://127.0.0.1:9010", 1, "x"), new("node1", "http://127.0.0.1:9001", 1, "x")]);
        var json = folder.Write("cluster.json", JsonSerializer.Serialize(file, JsonSerializerOptions.Web));
        var script = folder.Write("find.sh", $". '{Path.Combine(SourceTree.Root, "scripts", "cluster.sh")}'\ntake_launched \"$(<'{json}')\"\necho \"${{names[*]}} ${{urls[*]}} $console\"\n");

        var (code, output) = await RunAsync(script);

        Assert.Equal((0, "node0 node1 http://127.0.0.1:9000 http://127.0.0.1:9001 http://127.0.0.1:9010"), (code, output.Trim()));
    }

    [Fact]
    public async Task The_built_command_line_is_called_unless_a_source_is_newer()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts need bash");
        using var folder = new TemporaryFolder();
        foreach (var project in (string[])["Cli", "Launcher", "Simulation", "Protocol", "KeyValue"]) folder.Write($"AspirePaxos.{project}/A.cs", "");
        folder.Write("Directory.Build.props", "");
        var built = folder.Write("artifacts/bin/AspirePaxos.Cli/release/paxos.dll", "");
        File.SetLastWriteTimeUtc(built, DateTime.UtcNow.AddHours(1));
        var script = folder.Write("built.sh", $". '{Path.Combine(SourceTree.Root, "scripts", "cluster.sh")}'\ncd '{folder.Path}'\nbuilt_paxos\n");

        Assert.Equal((0, "artifacts/bin/AspirePaxos.Cli/release/paxos.dll"), await BuiltAsync());

        File.SetLastWriteTimeUtc(folder.In("AspirePaxos.Protocol/A.cs"), DateTime.UtcNow.AddHours(2));
        Assert.Equal((1, ""), await BuiltAsync());

        async Task<(int, string)> BuiltAsync()
        {
            var (code, output) = await RunAsync(script, ("CONFIGURATION", "Release"));
            return (code, output.Trim());
        }
    }

    [Fact]
    public async Task Without_a_cluster_a_target_fails_and_says_how_to_start_one()
    {
        var (code, output) = await RunAsync("diff.sh", ("ENDPOINTS", "http://127.0.0.1:1"));

        Assert.NotEqual(0, code);
        Assert.Contains("make provision", output, StringComparison.Ordinal);
    }

    private static (string, string) Endpoints(params Uri[] nodes) => ("ENDPOINTS", string.Join(',', nodes.Select(node => node.GetLeftPart(UriPartial.Authority))));

    private static async Task PassesAsync(string script, string expected, (string, string)[] settings)
    {
        var (code, output) = await RunAsync(script, settings);
        Assert.True(code == 0 && output.Contains(expected, StringComparison.Ordinal), $"{script} ended with {code}:\n{output}");
    }

    private static async Task<(int Code, string Output)> RunAsync(string script, params (string Name, string Value)[] settings)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts need bash");
        var start = new ProcessStartInfo("bash", [Path.Combine(SourceTree.Root, "scripts", script)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ENGINE"] = "processes";
        start.Environment["PAXOS"] = $"{ProcessPlan.DotnetHost()} {PaxosProgram.Path}";
        foreach (var (name, value) in settings) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = new StringBuilder();
        void Collect(string? line)
        {
            lock (output) output.AppendLine(line);
        }

        process.OutputDataReceived += (_, line) => Collect(line.Data);
        process.ErrorDataReceived += (_, line) => Collect(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output.ToString());
    }
}
