using System.Text;
using System.Text.Json;
using AspirePaxos.Cli;
using AspirePaxos.Launcher;
using AspirePaxos.Tests.Api;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.Cli;

/// <summary>The commands on three nodes in this process.</summary>
public sealed class CommandsTests(ThreeNodes nodes) : IClassFixture<ThreeNodes>
{
    private string Endpoints => string.Join(',', nodes.Cluster.Clients.Select(client => client.BaseAddress!.GetLeftPart(UriPartial.Authority)));

    [Fact]
    public async Task What_is_put_is_got_byte_for_byte_and_deleted()
    {
        const string key = "cli/a b%2F;ö";
        byte[] value = [0, 255, 10, 27];
        await RunAsync(ExitCode.Done, value, "put", key);

        Assert.Equal(value, (await RunAsync(ExitCode.Done, null, "get", key)).Bytes);
        var json = (await RunAsync(ExitCode.Done, null, "get", key, "--json")).Json;
        Assert.Equal(value, json.GetProperty("valueBase64").GetBytesFromBase64());
        Assert.Equal(key, json.GetProperty("key").GetString());

        await RunAsync(ExitCode.Done, null, "delete", key);
        var gone = await RunAsync(ExitCode.No, null, "get", key);
        Assert.Empty(gone.Output);
        Assert.Contains($"There is no key '{key}'", gone.Error, StringComparison.Ordinal);
        await RunAsync(ExitCode.No, null, "delete", key);
    }

    [Fact]
    public async Task A_value_may_begin_with_a_dash_or_an_at_sign_or_be_empty()
    {
        foreach (var value in (string[])["-5", "@none", ""])
        {
            await RunAsync(ExitCode.Done, null, "put", "cli-odd", "--", value);
            Assert.Equal(value, (await RunAsync(ExitCode.Done, null, "get", "cli-odd")).Output);
        }
    }

    [Theory]
    [InlineData((1 << 20) + 1)]
    [InlineData(20 << 20)]
    public async Task A_value_that_is_too_large_is_refused_however_large_it_is(int size)
    {
        var refused = await RunAsync(ExitCode.WrongUsage, new byte[size], "put", "cli-large");

        Assert.Contains("A value has at most 1048576 bytes", refused.Error, StringComparison.Ordinal);
        await RunAsync(ExitCode.No, null, "get", "cli-large");
    }

    [Fact]
    public async Task Conditions_hold_or_end_with_1()
    {
        var first = (await RunAsync(ExitCode.Done, null, "put", "cli-cas", "1", "--if-absent", "--json")).Json.GetProperty("revision").GetInt64();

        var refused = await RunAsync(ExitCode.No, null, "put", "cli-cas", "2", "--if-absent");
        Assert.Contains($"is at revision {first}. Nothing was changed.", refused.Error, StringComparison.Ordinal);
        await RunAsync(ExitCode.Done, null, "put", "cli-cas", "2", "--if-revision", $"{first}");
        await RunAsync(ExitCode.No, null, "delete", "cli-cas", "--if-revision", $"{first}");
        await RunAsync(ExitCode.No, null, "put", "cli-none", "2", "--if-present");
        Assert.Equal("2", (await RunAsync(ExitCode.Done, null, "get", "cli-cas")).Output);
    }

    [Fact]
    public async Task Info_says_where_the_console_is_and_takes_it_for_no_node()
    {
        using var folder = new TemporaryFolder();
        var running = nodes.Cluster.Clients.Select((client, i) => new ClusterFile.Entry($"node{i}", client.BaseAddress!.GetLeftPart(UriPartial.Authority), 1, folder.In($"node{i}.log")));
        var file = new ClusterFile(Environment.ProcessId, folder.Path, [.. running, new("web", "http://127.0.0.1:8010", 7, folder.In("web.log"))]);
        folder.Write(DataFolder.ClusterFileName, JsonSerializer.Serialize(file, JsonSerializerOptions.Web));

        var text = (await CliRun.OfAsync("info", "--data", folder.Path)).Ends(ExitCode.Done);
        var json = (await CliRun.OfAsync("info", "--data", folder.Path, "--json")).Ends(ExitCode.Done).Json;

        Assert.Contains($"console: http://127.0.0.1:8010, process 7, output {folder.In("web.log")}\n", text.Output, StringComparison.Ordinal);
        Assert.Equal("http://127.0.0.1:8010", json.GetProperty("console").GetString());
        Assert.Equal(["node0", "node1", "node2"], json.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task A_list_goes_over_its_pages()
    {
        await Parallel.ForAsync(0, 503, async (i, stop) => (await nodes.Cluster.Clients[0].PutAsync(new Uri($"/v1/kv/cli-list-{i:d4}", UriKind.Relative), new StringContent("v"), stop)).EnsureSuccessStatusCode());

        var keys = (await RunAsync(ExitCode.Done, null, "list", "cli-list-", "--keys")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 503).Select(i => $"cli-list-{i:d4}"), keys);

        var objects = (await RunAsync(ExitCode.Done, null, "list", "cli-list-", "--json", "--limit", "2", "--after", "cli-list-0400")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["cli-list-0401", "cli-list-0402"], objects.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()));
    }

    [Fact]
    public async Task Status_names_the_leader_and_ends_with_0_where_all_are_ready_and_1_where_one_is_not()
    {
        var json = (await RunAsync(ExitCode.Done, null, "status", "--json")).Json;
        var leader = json.GetProperty("leader").GetString();
        Assert.Matches("node[0-2]", leader);
        Assert.Contains($"3 of 3 nodes ready; {leader} leads", (await RunAsync(ExitCode.Done, null, "status")).Output, StringComparison.Ordinal);

        var one = (await CliRun.OfAsync("status", "--endpoints", Endpoints + ",http://127.0.0.1:1")).Ends(ExitCode.No);
        Assert.Contains("3 of 4 nodes ready", one.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing listens there", one.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_shows_what_was_written_in_order()
    {
        await RunAsync(ExitCode.Done, null, "put", "cli-log", "one\u001b");
        await RunAsync(ExitCode.Done, null, "delete", "cli-log");

        var lines = (await RunAsync(ExitCode.Done, null, "log", "--lines", "1000000")).Output.Split('\n');
        var put = Array.FindIndex(lines, line => line.Contains("put cli-log one\\u001b", StringComparison.Ordinal));
        Assert.True(put >= 0, string.Join('\n', lines));
        Assert.True(Array.FindIndex(lines, line => line.Contains("delete cli-log", StringComparison.Ordinal)) > put);
        await RunAsync(ExitCode.WrongUsage, null, "log", "--node", "node9");
        Assert.Matches("The log ends at slot [0-9]+", (await RunAsync(ExitCode.Done, null, "log", "--from", "999999999")).Error);
    }

    [Fact]
    public async Task Load_is_acknowledged_verified_and_measured()
    {
        var request = await RunAsync(ExitCode.Done, null, "request", "--clients", "4", "--count", "10");
        Assert.Contains("All 40 sets are acknowledged", request.Output, StringComparison.Ordinal);

        using var folder = new TemporaryFolder();
        var verified = (await RunAsync(ExitCode.Done, null, "verify", "--seconds", "1", "--json", "--history", folder.In("h.jsonl"), "--page", folder.In("p.html"))).Json;
        Assert.True(verified.GetProperty("linearizable").GetBoolean());
        Assert.Equal(verified.GetProperty("operations").GetInt32(), File.ReadLines(folder.In("h.jsonl")).Count());
        Assert.False(File.Exists(folder.In("p.html")));
        Assert.Empty((await RunAsync(ExitCode.Done, null, "list", "verify-", "--keys")).Output);

        var figures = (await RunAsync(ExitCode.Done, null, "bench", "--seconds", "1", "--warmup", "0", "--reads", "50", "--json")).Json.GetProperty("requests");
        foreach (var kind in (string[])["put", "get"]) Assert.True(figures.GetProperty(kind).GetProperty("count").GetInt32() > 0);
    }

    private async Task<CliRun> RunAsync(int code, byte[]? input, params string[] args)
    {
        string[] found = ["--endpoints", Endpoints];
        return (await CliRun.OfAsync([args[0], .. found, .. args[1..]], input)).Ends(code);
    }
}
