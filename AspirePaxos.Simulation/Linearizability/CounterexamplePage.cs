using System.Globalization;
using System.Net;
using System.Text;

namespace AspirePaxos.Simulation.Linearizability;

/// <summary>A counterexample as one HTML page: time lines per client, the impossible operation marked. It asks for nothing from anywhere.</summary>
public static partial class CounterexamplePage
{
    /// <summary>The same counterexample gives the same page, byte for byte.</summary>
    public static void Write(Counterexample counterexample, TextWriter writer)
    {
        var page = new StringBuilder();
        var diagram = new TimeLines(counterexample);
        Head(page, counterexample);
        Introduction(page, counterexample);
        Chart(page, counterexample, diagram);
        OrderOfOthers(page, counterexample);
        Lines(page, counterexample);
        page.Append("</main>\n</body>\n</html>\n");
        writer.Write(page);
    }

    /// <summary>Writes the page to a file; what was there before is replaced.</summary>
    public static void Write(Counterexample counterexample, string path)
    {
        using var writer = new StreamWriter(path);
        Write(counterexample, writer);
    }

    private static void Head(StringBuilder page, Counterexample counterexample)
    {
        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        page.Append(Inv($"<title>Not linearizable: key {Html(Quoted.Text(counterexample.Key))}</title>\n<style>\n{Style}"));

        // The details of the bar pointed at; else of the one that has the focus.
        for (var i = 1; i <= counterexample.Operations.Count; i++)
            page.Append(Inv($".chart:has(#op{i}:hover) #about{i},.chart:not(:has(.bar:hover)):has(#op{i}:focus) #about{i}{{visibility:visible}}\n"));
        page.Append("</style>\n</head>\n<body>\n<main>\n");
    }

    private static void Introduction(StringBuilder page, Counterexample counterexample)
    {
        var sentence = char.ToUpperInvariant(counterexample.Sentence[0]) + counterexample.Sentence[1..];
        page.Append(Inv($"<p class=\"over\">Not linearizable · key <code>{Html(Quoted.Text(counterexample.Key))}</code></p>\n<h1>{Html(sentence)}</h1>\n"));
        page.Append(counterexample.Operations.Count == 1
            ? Inv($"<p>This one of the key’s {counterexample.Of} operations suffices: no store can have given that answer.</p>\n")
            : Inv($"<p>These {counterexample.Operations.Count} of the key’s {counterexample.Of} operations suffice: in no order, with each happening at one moment between its call and its return, does every client get the answer it got. What is left out would not help.</p>\n"));
    }

    private static void Chart(StringBuilder page, Counterexample counterexample, TimeLines diagram)
    {
        page.Append("<section class=\"chart\" aria-label=\"Time lines\">\n<div class=\"scroll\">\n");
        page.Append(Inv($"<div class=\"lines\" style=\"--moments:{diagram.Moments.Count}\">\n<div class=\"who\"></div><div class=\"lane\">"));
        for (var at = 0; at < diagram.Moments.Count; at++)
            page.Append(Inv($"<span class=\"moment\" style=\"grid-column:{at + 1}\">+{(Int128)diagram.Moments[at] - diagram.Moments[0]}</span>"));
        page.Append("</div>\n");
        foreach (var (client, bars) in diagram.Clients)
        {
            page.Append(Inv($"<div class=\"who\">client {client}</div><div class=\"lane\">\n"));
            foreach (var bar in bars) Bar(page, counterexample, bar);
            page.Append("</div>\n");
        }

        page.Append("</div>\n</div>\n<div class=\"abouts\" aria-live=\"polite\">\n");
        for (var i = 0; i < counterexample.Operations.Count; i++) About(page, counterexample, i);
        page.Append("</div>\n<p class=\"legend\"><span class=\"key\"></span> from call to return <span class=\"key open\"></span> may happen at any time after its call, or never ");
        page.Append("<span class=\"key bad\"></span> impossible. Point at a bar, or tab to it, for its details. Times count from the first call, in the unit of the history; distances are not to scale.</p>\n</section>\n");
    }

    private static void Bar(StringBuilder page, Counterexample counterexample, TimeLines.Bar bar)
    {
        var operation = counterexample.Operations[bar.Operation];
        var impossible = bar.Operation == counterexample.Impossible;
        var kind = impossible ? " bad" : operation.Outcome == OperationOutcome.Unknown ? " open" : "";
        page.Append(Inv($"<div class=\"bar{kind}\" id=\"op{bar.Operation + 1}\" tabindex=\"0\" role=\"img\" aria-label=\"{Html(Aloud(operation))}{(impossible ? ", impossible" : "")}\""));
        page.Append(Inv($" style=\"grid-column:{bar.From + 1}/{bar.To + 2};grid-row:{bar.Row + 1}\"><b>{bar.Operation + 1}</b> <span>{Html(operation.Request)}<br>→ {Html(operation.Answer)}</span></div>\n"));
    }

    private static void About(StringBuilder page, Counterexample counterexample, int index)
    {
        var (operation, recorded) = (counterexample.Operations[index], counterexample.Recorded[index]);
        page.Append(Inv($"<p id=\"about{index + 1}\"{(index == counterexample.Impossible ? " class=\"first\"" : "")}><b>{index + 1}</b> "));
        page.Append(Inv($"client {operation.Client}: {Html(operation.Request)} → {Html(operation.Answer)}. Called at {operation.Call}"));
        page.Append(operation.Return is { } returned && operation.Outcome != OperationOutcome.Unknown ? Inv($", answered at {returned}.") : ", no answer that counts.");
        if (recorded.Outcome != operation.Outcome)
            page.Append(Inv($" Its answer, {Html(recorded.Answer)} at {recorded.Return}, came after the impossible one: there is no order even if it may still happen."));
        if (index == counterexample.Impossible) page.Append(" <strong>Impossible.</strong>");
        page.Append("</p>\n");
    }

    private static void OrderOfOthers(StringBuilder page, Counterexample counterexample)
    {
        if (counterexample.Order.Count == 0) return;
        page.Append("<h2>Without the impossible answer there is an order</h2>\n<ol class=\"order\">\n");
        foreach (var i in counterexample.Order)
        {
            var operation = counterexample.Operations[i];
            var answer = i == counterexample.Impossible ? "(whatever it was answered)" : $"→ {operation.Answer}";
            page.Append(Inv($"<li><b>{i + 1}</b> client {operation.Client}: {Html(operation.Request)} {Html(answer)}</li>\n"));
        }

        var value = counterexample.ValueAfterOrder is { } held ? Inv($"<code>{Html(Quoted.Text(held))}</code>") : "no value";
        page.Append(Inv($"</ol>\n<p>That leaves {value}. Neither in this order nor in another is there a place for the answer <code>{Html(counterexample.Operations[counterexample.Impossible].Answer)}</code>.</p>\n"));
    }

    private static void Lines(StringBuilder page, Counterexample counterexample)
    {
        var lines = new StringWriter(CultureInfo.InvariantCulture);
        HistoryFile.Write(new History(counterexample.Operations), lines);
        page.Append(Inv($"<details><summary>As a history file</summary>\n<pre>{Html(lines.ToString())}</pre>\n</details>\n"));
    }

    private static string Aloud(Operation operation) =>
        Inv($"client {operation.Client}: {operation.Request}, answer {operation.Answer}, from {operation.Call} to {(operation.Outcome == OperationOutcome.Unknown ? "unknown" : operation.Return)}");

    private static string Html(string text) => WebUtility.HtmlEncode(text);

    private static string Inv(FormattableString text) => FormattableString.Invariant(text);
}
