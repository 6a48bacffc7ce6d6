using System.Text.RegularExpressions;
using AspirePaxos.Protocol;
using AspirePaxos.Simulation;
using AspirePaxos.Simulation.Linearizability;
using AspirePaxos.Tests.Conventions;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.Simulation;

public sealed class VerifyCommandTests : IDisposable
{
    private const string Good = """{"client":1,"key":"a","op":"put","value":"x","call":1,"return":2,"outcome":"ok"}""";
    private const string Bad = """{"client":2,"key":"a","op":"get","value":"z","call":3,"return":4,"outcome":"ok"}""";

    private readonly TemporaryFolder folder = new();
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public void Dispose()
    {
        folder.Dispose();
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public void A_good_history_is_counted_and_leaves_nothing_behind()
    {
        var file = folder.Write("h.jsonl", Good + "\n" + """{"client":2,"key":"b","op":"delete","call":3,"outcome":"unknown"}""");

        Assert.Equal(0, Run(file));

        Assert.Contains("2 operations, 2 keys, 2 clients; outcomes: 1 ok, 1 unknown", output.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"Linearizable, found in \d+\.\d s", output.ToString());
        Assert.Equal([file], Directory.GetFiles(folder.Path));
        Assert.Empty(error.ToString());
    }

    [Fact]
    public void A_violation_is_explained_and_its_page_is_written_next_to_the_file()
    {
        var file = folder.Write("h.jsonl", $"{Good}\n{Bad}\n");

        Assert.Equal(1, Run(file));

        Assert.Contains("client 2 read \"z\", which nobody had asked to write", output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"To look at: {folder.In("h.html")}", output.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("<!doctype html>", File.ReadAllText(folder.In("h.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_goes_where_it_is_told_and_a_dash_reads_the_standard_input()
    {
        Assert.Equal(1, RunOn($"{Good}\n{Bad}\n", "-", "--html", folder.In("page.html")));
        Assert.True(File.Exists(folder.In("page.html")));
    }

    [Theory]
    [InlineData("{", "Line 2 is no operation: it is not JSON at byte 2.")]
    [InlineData("""{"client":1,"key":"a","op":"get","call":1,"outcome":"fine"}""", "Line 2 is no operation: \"outcome\"")]
    [InlineData("""{"client":1,"key":"a","op":"put","call":1,"return":2,"outcome":"ok"}""", "Line 2 is no operation: \"value\"")]
    [InlineData("""{"client":1,"key":"a","op":"put","value":"x","call":3,"return":2,"outcome":"ok"}""", "Line 2 is no operation: \"return\"")]
    [InlineData("""{"client":1,"key":"a","op":"put","value":"x","call":3,"outcome":"ok"}""", "Line 2 is no operation: \"return\"")]
    [InlineData("""{"client":1,"key":"a","op":"get","value":"x","if":"absent","call":3,"return":4,"outcome":"ok"}""", "Line 2 is no operation: \"if\"")]
    [InlineData("""{"client":1,"key":"\ud800","op":"get","call":3,"outcome":"unknown"}""", "Line 2 is no operation: a text in it is not Unicode")]
    public void A_bad_line_is_named(string line, string problem)
    {
        Assert.Equal(2, Run(folder.Write("h.jsonl", $"{Good}\n{line}\n")));
        Assert.StartsWith(problem, error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Fact]
    public void A_file_that_is_no_text_or_not_there_is_refused()
    {
        File.WriteAllBytes(folder.In("h.jsonl"), [0xff, 0xff, (byte)'\n']);
        Assert.Equal(2, Run(folder.In("h.jsonl")));
        Assert.Contains("is not UTF-8", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, Run(folder.In("none.jsonl")));
        Assert.Contains("none.jsonl", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Which file?")]
    [InlineData("One file at a time", "a", "b")]
    [InlineData("Unknown option --htm", "a", "--htm", "b")]
    [InlineData("--html wants a file", "a", "--html")]
    [InlineData("--work wants a number", "a", "--work", "x")]
    [InlineData("The page would replace a.html", "a.html")]
    public void A_wrong_request_is_refused_and_explained(string problem, params string[] arguments)
    {
        Assert.Equal(2, Run(arguments));
        Assert.StartsWith(problem, error.ToString(), StringComparison.Ordinal);
        Assert.Contains("verify FILE.jsonl", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_is_no_error()
    {
        Assert.Equal(0, Run("--help"));
        Assert.Contains("verify FILE.jsonl", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_that_is_given_up_has_an_exit_code_of_its_own()
    {
        using (var writer = File.CreateText(folder.In("h.jsonl")))
            HistoryFile.Write(new History(new RandomHistory(new Prng(1), 8, ["a"], false, 4).Run(200)), writer);

        Assert.Equal(3, Run(folder.In("h.jsonl"), "--work", "5"));
        Assert.Contains("Undecided", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_worked_example_of_the_documentation_says_what_it_says()
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "history-format.md"));
        var blocks = Regex.Matches(text, "```json\n(.*?)```", RegexOptions.Singleline).Select(block => block.Groups[1].Value).ToList();
        Assert.Equal(2, blocks.Count);
        Assert.Equal(0, RunOn(blocks[0], "-"));
        output.GetStringBuilder().Clear();

        Assert.Equal(1, RunOn(blocks[1], "-", "--html", folder.In("stale.html")));

        var shown = Regex.Match(text, "```text\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        var said = Regex.Replace(output.ToString().Replace(folder.In("stale.html"), "stale.html", StringComparison.Ordinal), @"in \d+\.\d s", "in 0.1 s");
        Assert.Equal(shown, said);
    }

    private int Run(params string[] arguments) => new VerifyCommand(TextReader.Null, output, error).Run(arguments);

    private int RunOn(string input, string file, params string[] arguments) =>
        new VerifyCommand(new StringReader(input), output, error).Run([file, .. arguments]);
}
