using System.CommandLine;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;
using Spectre.Console;

namespace AspirePaxos.Cli.Commands;

internal sealed class LogCommand : PaxosCommand
{
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(300);

    private readonly Option<bool> follow = new("--follow", "-f") { Description = "Go on with what is chosen from now on, until Ctrl+C." };
    private readonly Option<int> lines = NumberOption.Of("--lines", "Begin so many slots before the end.", 20, 0, 1_000_000);
    private readonly Option<long?> from = NumberOption.OrNone("--from", "Begin at this slot instead.", "SLOT");
    private readonly Option<string?> node = new("--node") { Description = "Of this node, by name or address; else of any.", HelpName = "NODE" };

    public LogCommand(CommandContext context)
        : base("log", "Prints the end of the log, a slot a line: what is chosen, in order.", context)
    {
        Add(follow);
        Add(lines);
        Add(from);
        Add(node);
    }

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var asked = line.GetValue(node) is { } name ? await FindAsync(client, name, stop) : null;
        var end = (await PageAsync(client, asked, 1, 1, stop)).CommitIndex;
        var next = Math.Max(1, line.GetValue(from) ?? (end - line.GetValue(lines) + 1));
        if (next > end + 1) Note(line)($"The log ends at slot {end}.");
        while (true)
        {
            var page = await PageAsync(client, asked, next, LogPage.MostSlots, stop);
            if (page.TruncatedThrough >= next)
            {
                if (line.GetValue(from) is not null || line.GetValue(follow)) Screen.Note($"Slots {next} to {page.TruncatedThrough} are dropped: the state stands for them.");
                next = page.TruncatedThrough + 1;
            }

            foreach (var slot in page.Slots.Where(slot => slot.Slot >= next && slot.Slot <= page.CommitIndex)) Show(line, slot);
            next = Math.Max(next, Math.Min(page.CommitIndex, (page.Next ?? page.LastSlot + 1) - 1) + 1);
            Screen.Flush();
            if (next <= page.CommitIndex) continue;
            if (!line.GetValue(follow)) return ExitCode.Done;
            await Screen.PauseAsync(pause, stop);
        }
    }

    private static async Task<NodeAddress> FindAsync(ClusterClient client, string name, CancellationToken stop)
    {
        var reports = await NodeReport.OfAnyAsync(client, stop);
        return (client.Found with { Nodes = [.. reports.Select(report => report.Node)] }).Find(name);
    }

    private static async Task<LogPage> PageAsync(ClusterClient client, NodeAddress? asked, long from, int limit, CancellationToken stop)
    {
        if (asked is not null) return await LogPage.OfAsync(client, asked, from, limit, stop);
        var answer = await client.AskAnyAsync(HttpMethod.Get, LogPage.Path(from, limit), stop);
        return answer.Succeeded ? LogPage.Of(answer) : throw answer.Refused();
    }

    private void Show(ParseResult line, LogSlot slot)
    {
        if (Json(line))
        {
            Screen.Json(slot);
            return;
        }

        var head = $"{slot.Slot,8}  {slot.Ballot,-10}  ";
        Screen.Line(head + (Screen.IsTerminal ? Shown.Short(slot.Text, Math.Max(10, Screen.Width - head.Length)) : slot.Text));
    }
}
