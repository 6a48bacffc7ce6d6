using AspirePaxos.Cli;

namespace AspirePaxos.Tests.Cli;

/// <summary>What can be said without a cluster.</summary>
public sealed class CommandLineTests
{
    public static readonly TheoryData<string> Commands =
        ["get", "put", "delete", "list", "status", "info", "log", "logs", "diff", "request", "verify", "bench", "crash", "stop"];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_describes_itself_with_its_exit_codes_and_takes_json(string command)
    {
        var help = (await CliRun.OfAsync(command, "--help")).Ends(0);

        Assert.Matches($@"Usage:\s+\S+ {command} ", help.Output);
        Assert.Contains("--json", help.Output, StringComparison.Ordinal);
        Assert.Contains("--endpoints", help.Output, StringComparison.Ordinal);
        Assert.Contains(ExitCode.Help(80), help.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_exit_codes_fit_a_narrow_terminal()
    {
        var lines = ExitCode.Help(40).Split('\n');

        Assert.All(lines, line => Assert.InRange(line.Length, 1, 40));
        Assert.Equal(["Exit codes:", "  0    done, or the answer is yes", "  1    the answer is no: no such key, a", "       condition that does not hold,"], lines[..4]);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Where_nothing_listens_every_command_ends_with_3_and_says_what_to_do(string command)
    {
        string[] arguments = command switch { "get" or "delete" => ["k"], "put" => ["k", "v"], _ => [] };

        var run = (await CliRun.OfAsync([command, .. arguments, "--endpoints", "http://127.0.0.1:1"])).Ends(ExitCode.Unavailable);

        Assert.Empty(run.Output);
        Assert.Contains(command == "stop" ? "make stop" : "make provision", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("paxos --help", "")]
    [InlineData("There is no command 'got'", "got k")]
    [InlineData("paxos put --help", "put")]
    [InlineData("--if-present and --if-absent exclude each other", "put k v --if-present --if-absent")]
    [InlineData("--timeout is a number from 1 to 3600, not '0'", "get k --timeout 0")]
    [InlineData("--clients is a number from 1 to 1000, not 'x'", "request --clients x")]
    [InlineData("--limit is a whole number above 0, not '0'", "list --limit 0")]
    [InlineData("--limit is a whole number above 0, not 'ten'", "list --limit ten")]
    [InlineData("--if-revision is a whole number above 0, not '-5'", "put k v --if-revision -5")]
    [InlineData("--from is a whole number above 0, not '0'", "log --from 0")]
    [InlineData("KEY is missing", "get")]
    [InlineData("There is no option '--bogus'", "--bogus")]
    [InlineData("There is no option '--if-absnet'", "put k --if-absnet")]
    [InlineData("There is no option '--josn'", "get --josn k")]
    [InlineData("'b' is one argument too many", "get a b")]
    [InlineData("leased", "get k --consistency eventual")]
    [InlineData("which is no http address", "get k --endpoints ftp://a")]
    [InlineData("more than scheme, host and port", "get k --endpoints http://a/b")]
    [InlineData("twice", "get k --endpoints http://a:1,a:1")]
    [InlineData("names no address", "get k --endpoints ,")]
    public async Task A_wrong_command_line_ends_with_2_and_names_what_is_wrong(string expected, string arguments)
    {
        var run = (await CliRun.OfAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Ends(ExitCode.WrongUsage);

        Assert.Empty(run.Output);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sta", "status")]
    [InlineData("put k v --if", "--if-absent")]
    [InlineData("get k --consistency l", "leased")]
    public async Task It_completes_what_was_begun(string begun, string expected)
    {
        var run = (await CliRun.OfAsync($"[suggest:{begun.Length}]", begun)).Ends(0);

        Assert.Contains(expected, run.Output.Split('\n', StringSplitOptions.TrimEntries));
    }

    [Fact]
    public async Task Without_a_value_put_reads_no_terminal()
    {
        var run = (await CliRun.OfAsync("put", "k")).Ends(ExitCode.WrongUsage);

        Assert.Contains("paxos put KEY < FILE", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_an_error_is_one_object()
    {
        var run = (await CliRun.OfAsync("get", "k", "--json", "-e", "http://127.0.0.1:1")).Ends(ExitCode.Unavailable);

        var error = System.Text.Json.JsonDocument.Parse(run.Error).RootElement;
        Assert.Equal(ExitCode.Unavailable, error.GetProperty("exitCode").GetInt32());
        Assert.StartsWith("No node answers", error.GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
