using System.Text.RegularExpressions;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Tests.Simulation;

public sealed partial class CounterexamplePageTests
{
    private static readonly Operation[] staleRead =
    [
        new(1, "a", OperationKind.Put, "x", default, 0, 10, OperationOutcome.Ok, 1),
        new(2, "a", OperationKind.Put, "y", default, 20, 30, OperationOutcome.Ok, 2),
        new(3, "a", OperationKind.Get, "x", default, 40, 50, OperationOutcome.Ok, 1),
        new(3, "a", OperationKind.Get, "y", default, 60, 70, OperationOutcome.Ok, 2),
    ];

    [Fact]
    public void The_page_has_a_bar_for_each_operation_that_suffices_and_marks_the_impossible_one()
    {
        var page = PageOf(staleRead);

        Assert.Equal(3, Bars().Count(page));
        var bad = Assert.Single(Bars().Matches(page), bar => bar.Value.Contains("class=\"bar bad\"", StringComparison.Ordinal));
        Assert.Contains("client 3: get, answer &quot;x&quot; at revision 1, from 40 to 50, impossible", bad.Value, StringComparison.Ordinal);
        foreach (var client in new[] { 1, 2, 3 }) Assert.Contains($"<div class=\"who\">client {client}</div>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("+60", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_says_in_words_what_is_wrong_and_shows_the_order_of_the_others()
    {
        var page = PageOf(staleRead);

        Assert.Contains("<h1>Client 3 read &quot;x&quot;, although that value had been replaced: client 2&#39;s put &quot;y&quot; began after", page, StringComparison.Ordinal);
        Assert.Contains("These 3 of the key’s 4 operations suffice", page, StringComparison.Ordinal);
        Assert.Matches("<li><b>1</b> client 1: put &quot;x&quot; → ok at revision 1</li>\n<li><b>2</b> client 2: put &quot;y&quot;", page);
        Assert.Contains("That leaves <code>&quot;y&quot;</code>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_asks_for_nothing_and_runs_nothing()
    {
        var page = PageOf(staleRead);

        Assert.DoesNotMatch("(?i)<script|<link|<img|<iframe|@import|url\\(|https?:|src=|href=", page);
        Assert.Contains("@media (prefers-color-scheme:dark)", page, StringComparison.Ordinal);
        Assert.Contains("name=\"viewport\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_and_values_are_text_whatever_they_hold()
    {
        const string Key = "</title><script>alert(1)</script>";
        const string Value = "\"><img src=x onerror=alert(2)>\n\0&amp;";
        var page = PageOf(new Operation(1, Key, OperationKind.Get, Value, default, 0, 1, OperationOutcome.Ok));

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', page);
        Assert.Contains("&lt;/title&gt;&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("\\n\\u0000&amp;amp;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_value_is_cut_but_in_the_history_file()
    {
        var value = new string('v', 5_000);
        var page = PageOf(new Operation(1, "a", OperationKind.Get, value, default, 0, 1, OperationOutcome.Ok));

        Assert.Contains("(5000 characters)", page, StringComparison.Ordinal);
        Assert.Equal(1, Regex.Count(page, value));
    }

    [Fact]
    public void What_is_answered_after_the_impossible_answer_is_drawn_as_open()
    {
        var page = PageOf(
            new Operation(1, "a", OperationKind.Put, "x", default, 0, 1, OperationOutcome.Ok),
            new Operation(2, "a", OperationKind.Put, "y", default, 0, 90, OperationOutcome.Ok),
            new Operation(3, "a", OperationKind.Get, "y", default, 2, 3, OperationOutcome.Ok),
            new Operation(3, "a", OperationKind.Get, "x", default, 4, 5, OperationOutcome.Ok));

        Assert.Single(Bars().Matches(page), bar => bar.Value.Contains("class=\"bar open\"", StringComparison.Ordinal));
        Assert.Contains("Its answer, ok at 90, came after the impossible one", page, StringComparison.Ordinal);
        Assert.Contains("<h1>Client 3 read &quot;x&quot;, although before that read began client 3 had already read &quot;y&quot;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_history_gives_the_same_page_in_any_order_of_recording() => Assert.Equal(PageOf(staleRead), PageOf([.. staleRead.Reverse()]));

    [Fact]
    public void Bars_of_one_client_that_overlap_are_below_each_other()
    {
        Operation[] operations = [.. Enumerable.Range(0, 3).Select(i => new Operation(1, "a", OperationKind.Put, $"{i}", default, 0, 10, OperationOutcome.Ok))];
        var lines = new TimeLines(new Counterexample("a", operations, operations, 0, [], 3, ""));

        Assert.Equal([0, 1, 2], Assert.Single(lines.Clients).Bars.Select(bar => bar.Row));
    }

    [Fact]
    public void The_history_file_on_the_page_is_a_violation_too()
    {
        var lines = Regex.Match(PageOf(staleRead), "<pre>(.*?)</pre>", RegexOptions.Singleline).Groups[1].Value;

        var history = HistoryFile.Read(new StringReader(System.Net.WebUtility.HtmlDecode(lines)));

        Assert.Equal(3, history.Operations.Count);
        Assert.NotNull(LinearizabilityChecker.Check(history).Counterexample);
    }

    private static string PageOf(params Operation[] operations)
    {
        var page = new StringWriter();
        CounterexamplePage.Write(LinearizabilityChecker.Check(new History(operations)).Counterexample!, page);
        return page.ToString();
    }

    [GeneratedRegex("<div class=\"bar[^>]*>")]
    private static partial Regex Bars();
}
