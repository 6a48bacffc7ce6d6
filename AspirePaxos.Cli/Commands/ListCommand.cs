using System.CommandLine;
using System.Text.Json;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Cli.Commands;

internal sealed class ListCommand : PaxosCommand
{
    private const int PageSize = 500;

    private readonly Argument<string> prefix = new("PREFIX") { Description = "Only keys that begin so.", DefaultValueFactory = _ => "" };
    private readonly Option<string?> after = new("--after") { Description = "Only keys behind this one.", HelpName = "KEY" };
    private readonly Option<long?> limit = NumberOption.OrNone("--limit", "At most so many keys; all where not said.");
    private readonly Option<bool> keysOnly = new("--keys") { Description = "Only the keys, one a line." };

    public ListCommand(CommandContext context)
        : base("list", "Lists keys in the order of their bytes, with revisions and values. Each page of 500 is one moment; the whole need not be.", context)
    {
        Add(prefix);
        Add(after);
        Add(limit);
        Add(keysOnly);
    }

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var (from, left, first) = (line.GetValue(after), line.GetValue(limit) ?? long.MaxValue, true);
        while (left > 0)
        {
            var query = $"/v1/kv?limit={Math.Min(left, PageSize)}&prefix={Uri.EscapeDataString(line.GetValue(prefix)!)}" + (from is null ? "" : $"&after={Uri.EscapeDataString(from)}");
            var answer = await client.AskAnyAsync(HttpMethod.Get, query, stop);
            if (!answer.Succeeded) throw answer.Refused();
            var page = answer.Json;
            var entries = page.GetProperty("entries").EnumerateArray().ToList();
            Show(line, entries, first);
            Screen.Flush();
            left -= entries.Count;
            if (!page.GetProperty("more").GetBoolean()) break;
            (from, first) = (page.GetProperty("after").GetString(), false);
        }

        return ExitCode.Done;
    }

    private void Show(ParseResult line, List<JsonElement> entries, bool first)
    {
        if (Json(line))
        {
            foreach (var entry in entries) Screen.Json(entry);
            return;
        }

        if (line.GetValue(keysOnly))
        {
            foreach (var entry in entries) Screen.Line(Shown.Text(entry.GetProperty("key").GetString()!));
            return;
        }

        if (first && entries.Count == 0) Screen.Note("There is no such key.");
        if (entries.Count == 0) return;
        var listing = new Listing("KEY", "REVISION", "VALUE") { HasHeader = first, Elastic = "VALUE" };
        foreach (var entry in entries) listing.Row(Shown.Text(entry.GetProperty("key").GetString()!), entry.GetProperty("revision").GetInt64(), Value(entry));
        listing.WriteTo(Screen);
    }

    private string Value(JsonElement entry)
    {
        var value = entry.GetProperty("value").GetString() is { } text ? Shown.Text(text) : Shown.Value(entry.GetProperty("valueBase64").GetBytesFromBase64());
        return Screen.IsTerminal ? Shown.Short(value, Screen.Width) : value;
    }
}
