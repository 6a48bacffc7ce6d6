using System.Globalization;
using AspirePaxos.Cli;
using AspirePaxos.Tests.Launcher;
using Microsoft.AspNetCore.Http;

namespace AspirePaxos.Tests.Cli;

/// <summary>What the commands make of answers that a healthy cluster does not give.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task A_write_goes_on_to_the_next_node_under_the_same_idempotency_key()
    {
        await using var refusing = await FakeNode.StartAsync(http => FakeNode.ProblemAsync(http, 503, "The write was not proposed"));
        await using var taking = await FakeNode.StartAsync(http =>
        {
            http.Response.Headers["Paxos-Revision"] = "7";
            return Task.CompletedTask;
        });

        var run = (await CliRun.OfAsync("put", "k", "v", "-e", $"http://127.0.0.1:1,{refusing.Address},{taking.Address}")).Ends(ExitCode.Done);

        Assert.Contains("k is at revision 7", run.Output, StringComparison.Ordinal);
        var (method, target, key) = Assert.Single(taking.Requests);
        Assert.Equal(("PUT", "/v1/kv/k"), (method, target));
        Assert.NotEmpty(key);
        Assert.Equal(key, Assert.Single(refusing.Requests).IdempotencyKey);
    }

    [Fact]
    public async Task A_read_does_not_wait_for_a_node_that_stands_still()
    {
        await using var still = await FakeNode.StartAsync(async http =>
        {
            var given = new TaskCompletionSource();
            await using var up = http.RequestAborted.Register(given.SetResult);
            await given.Task;
        });
        await using var other = await FakeNode.StartAsync(http => http.Response.WriteAsync("v"));

        var run = (await CliRun.OfAsync("get", "k", "--timeout", "5", "-e", $"{still.Address},{other.Address}")).Ends(ExitCode.Done);

        Assert.Equal("v", run.Output);
    }

    [Fact]
    public async Task A_write_that_may_have_happened_ends_with_4()
    {
        await using var node = await FakeNode.StartAsync(http => FakeNode.ProblemAsync(http, 504, "The outcome of the write is unknown"));

        var run = (await CliRun.OfAsync("put", "k", "v", "--timeout", "4", "-e", node.Address)).Ends(ExitCode.Unknown);

        Assert.Contains("Read the key before you write again", run.Error, StringComparison.Ordinal);
        Assert.Single(node.Requests.Select(request => request.IdempotencyKey).Distinct());
        Assert.True(node.Requests.Count > 1);
    }

    [Fact]
    public async Task A_write_that_was_not_proposed_ends_with_3()
    {
        await using var node = await FakeNode.StartAsync(http => FakeNode.ProblemAsync(http, 503, "The write was not proposed"));

        var run = (await CliRun.OfAsync("delete", "k", "--timeout", "4", "-e", node.Address)).Ends(ExitCode.Unavailable);

        Assert.Contains("Nothing was changed", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_node_refuses_is_said_in_its_words()
    {
        await using var node = await FakeNode.StartAsync(http => FakeNode.ProblemAsync(http, 413, "The value is too large"));

        var run = (await CliRun.OfAsync("put", "k", "v", "-e", node.Address)).Ends(ExitCode.WrongUsage);

        Assert.Contains("The value is too large. As the test wants it.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_no_node_is_told_apart_from_one_that_has_no_such_key()
    {
        await using var other = await FakeNode.StartAsync(http => Results.NotFound().ExecuteAsync(http));

        foreach (var arguments in (string[][])[["get", "k"], ["put", "k", "v"], ["status"], ["diff"], ["bench"]])
        {
            var run = (await CliRun.OfAsync([.. arguments, "-e", other.Address])).Ends(ExitCode.Unavailable);

            Assert.Contains($"{other.Address} answers 404, but not as a node of AspirePaxos does.", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nodes_are_not_awaited_where_something_else_answers()
    {
        await using var one = await FakeNode.StartAsync(http => LogOfAsync(http, "one", "aa", "same"));
        await using var other = await FakeNode.StartAsync(http => Results.NotFound().ExecuteAsync(http));

        var run = (await CliRun.OfAsync("diff", "-e", $"{one.Address},{other.Address}")).Ends(ExitCode.Unavailable);

        Assert.Contains("Check the addresses", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("diff", "Waiting, 15 s at most: other is at slot 1, another at slot 2.\n")]
    [InlineData("diff --json", "")]
    public async Task For_whom_a_command_waits_is_said_while_it_waits(string arguments, string said)
    {
        var asked = 0;
        await using var one = await FakeNode.StartAsync(http => LogOfAsync(http, "one", "aa", "same", "more"));
        await using var other = await FakeNode.StartAsync(http => http.Request.Path.Value == "/v1/status" && asked++ < 15
            ? StatusOfAsync(http, "other", "aa", 1)
            : LogOfAsync(http, "other", "aa", "same", "more"));

        var run = (await CliRun.OfAsync([.. arguments.Split(' '), "-e", $"{one.Address},{other.Address}"])).Ends(ExitCode.Done);

        Assert.Equal(said, run.Error);
    }

    [Theory]
    [InlineData("--history")]
    [InlineData("--page")]
    public async Task What_verify_cannot_write_is_said_before_it_begins(string option)
    {
        await using var node = await FakeNode.StartAsync(http => StatusOfAsync(http, "one", "aa", 1));
        using var folder = new TemporaryFolder();

        var run = (await CliRun.OfAsync("verify", option, folder.In("none/file"), "-e", node.Address)).Ends(ExitCode.WrongUsage);

        Assert.Contains($"Name another file: {option} FILE.", run.Error, StringComparison.Ordinal);
        Assert.All(node.Requests, request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public async Task Logs_that_differ_end_with_1_and_the_first_difference()
    {
        await using var one = await FakeNode.StartAsync(http => LogOfAsync(http, "one", "aa", "same", "old"));
        await using var other = await FakeNode.StartAsync(http => LogOfAsync(http, "other", "bb", "same", "new"));

        var run = (await CliRun.OfAsync("diff", "-e", $"{one.Address},{other.Address}")).Ends(ExitCode.No);

        Assert.Equal("slot 2\n  one  delete old\n  other  delete new\n", run.Output);
        Assert.Contains("The logs of one and other differ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task States_that_differ_end_with_1_although_the_logs_that_are_left_do_not()
    {
        await using var one = await FakeNode.StartAsync(http => LogOfAsync(http, "one", "aa", "same"));
        await using var other = await FakeNode.StartAsync(http => LogOfAsync(http, "other", "bb", "same"));

        var run = (await CliRun.OfAsync("diff", "-e", $"{one.Address},{other.Address}")).Ends(ExitCode.No);

        Assert.Contains("After slot 1 the state of one has the hash aa, that of other bb", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_that_nothing_explains_ends_with_1_and_its_page()
    {
        // Every put is acknowledged, and every get finds what nobody wrote. Whether a delete was done is left open: what was said of it could
        // be the first thing that nothing explains.
        await using var node = await FakeNode.StartAsync(http => http.Request.Path.Value switch
        {
            "/v1/status" => StatusOfAsync(http, "one", "aa", 1),
            _ when http.Request.Method == "GET" => http.Response.WriteAsync("from nowhere"),
            _ when http.Request.Method == "DELETE" => Results.StatusCode(StatusCodes.Status504GatewayTimeout).ExecuteAsync(http),
            _ => Task.CompletedTask,
        });
        using var folder = new TemporaryFolder();

        var run = (await CliRun.OfAsync("verify", "--seconds", "1", "--clients", "2", "--page", folder.In("why.html"), "-e", node.Address)).Ends(ExitCode.No);

        Assert.Contains("NOT linearizable", run.Error, StringComparison.Ordinal);
        Assert.Contains("from nowhere", await File.ReadAllTextAsync(folder.In("why.html")), StringComparison.Ordinal);
    }

    private static Task LogOfAsync(HttpContext http, string node, string hash, params string[] deleted) => http.Request.Path.Value switch
    {
        "/v1/status" => StatusOfAsync(http, node, hash, deleted.Length),
        "/v1/log" => http.Response.WriteAsJsonAsync(new
        {
            commitIndex = deleted.Length,
            lastSlot = deleted.Length,
            truncatedThrough = 0,
            slots = deleted.Select((key, i) => new { slot = i + 1, ballot = new { number = 1, node }, chosen = true, commands = new[] { new { op = "delete", key } } }),
            next = (long?)null,
        }),
        _ => Task.CompletedTask,
    };

    private static Task StatusOfAsync(HttpContext http, string node, string hash, int slots)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $$"""
            {"node":"{{node}}","clusterId":"c","mode":"multi","role":"follower","commitIndex":{{slots}},"appliedIndex":{{slots}},"lastSlot":{{slots}},
             "sizes":{"logSlots":{{slots}}},"hash":"{{hash}}","truncatedThrough":0}
            """));
    }
}
