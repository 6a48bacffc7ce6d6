using System.CommandLine;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AspirePaxos.Cli.Commands;

internal sealed class StatusCommand : PaxosCommand
{
    private readonly Option<bool> watch = new("--watch", "-w") { Description = "Again and again, until Ctrl+C." };
    private readonly Option<int> interval = NumberOption.Of("--interval", "Seconds between two looks of --watch.", 1, 1, 3600);

    public StatusCommand(CommandContext context)
        : base("status", "Shows every node's role, ballot, progress and readiness. Ends with 0 where all are ready, else with 1.", context)
    {
        Add(watch);
        Add(interval);
    }

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        if (line.GetValue(watch)) return await WatchAsync(line, client, stop);
        var reports = await NodeReport.OfAnyAsync(client, stop);
        if (Json(line)) WriteJson(reports);
        else Show(Screen, reports);
        return Array.TrueForAll(reports, report => report.Ready) ? ExitCode.Done : ExitCode.No;
    }

    /// <remarks>Ends by cancellation only.</remarks>
    private async Task<int> WatchAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var pause = TimeSpan.FromSeconds(line.GetValue(interval));
        if (Screen.IsTerminal && !Json(line))
        {
            var first = await NodeReport.OfAllAsync(client, stop);
            await Screen.Out.Live(View(first, Screen.Width)).StartAsync(async live =>
            {
                var width = Screen.Width;
                while (true)
                {
                    await Task.Delay(pause, stop);
                    var reports = await NodeReport.OfAllAsync(client, stop);

                    // The terminal has broken the lines anew, and nothing is where it was.
                    if (Screen.Width != width) Screen.Out.Clear();
                    width = Screen.Width;
                    live.UpdateTarget(View(reports, width));
                }
            });
        }

        while (true)
        {
            var reports = await NodeReport.OfAllAsync(client, stop);
            if (Json(line)) WriteJson(reports);
            else Show(Screen, reports);
            await Screen.PauseAsync(pause, stop);
        }
    }

    private void WriteJson(NodeReport[] reports) => Screen.Json(new
    {
        ready = Array.TrueForAll(reports, report => report.Ready),
        leader = Leader(reports)?.Node,
        nodes = reports.Select(report => new { name = report.Node.Name, url = report.Node.Address, ready = report.Ready, reasons = report.NotReady, status = report.Raw }),
    });

    /// <summary>Of those that say they lead the one with the greatest ballot: a deposed one may not know it yet.</summary>
    private static NodeStatus? Leader(NodeReport[] reports) =>
        reports.Select(report => report.Status).OfType<NodeStatus>().Where(status => status.Role == "leader").MaxBy(status => status.Ballot?.Number ?? 0);

    internal static void Show(Screen screen, NodeReport[] reports)
    {
        if (screen.IsTerminal)
        {
            screen.Out.Write(View(reports, screen.Width));
            return;
        }

        Table(reports).WriteTo(screen);
        screen.Line("");
        screen.Line(Summary(reports));
        foreach (var reason in Reasons(reports)) screen.Line(reason);
    }

    internal static IRenderable View(NodeReport[] reports, int width)
    {
        var summary = new Text(Summary(reports), new Style(Array.TrueForAll(reports, report => report.Ready) ? Color.Green : Color.Yellow));
        return new Rows([Table(reports).For(width), new Text(""), summary, .. Reasons(reports).Select(reason => new Text(reason, new Style(Color.Yellow)))]);
    }

    private static Listing Table(NodeReport[] reports)
    {
        var listing = new Listing("NODE", "ROLE", "BALLOT", "COMMIT", "APPLIED", "LAG", "REVISION", "KEYS", "READY", "URL") { Dispensable = ["URL", "REVISION", "KEYS", "APPLIED", "BALLOT"] };
        foreach (var report in reports)
        {
            if (report.Status is { } status)
            {
                listing.Row(
                    status.Node, status.Role == "leader" ? Coloured(status.Role, Color.Green) : status.Role, status.Ballot?.ToString() ?? "-", status.CommitIndex, status.AppliedIndex,
                    status.Lag, status.Revision, status.Keys, report.Ready ? "yes" : Coloured("no", Color.Yellow), report.Node.Address);
            }
            else
            {
                listing.Row(report.Node.Name, Coloured("down", Color.Red), "-", "-", "-", "-", "-", "-", Coloured("no", Color.Red), report.Node.Address);
            }
        }

        return listing;
    }

    private static string Summary(NodeReport[] reports) =>
        $"{reports.Count(report => report.Ready)} of {Shown.Count(reports.Length, "node")} ready; {(Leader(reports) is { } leader ? $"{leader.Node} leads" : "nobody says it leads")}";

    private static IEnumerable<string> Reasons(NodeReport[] reports) => reports.SelectMany(report => report.NotReady.Select(reason => $"{report.Node.Name}: {Shown.Text(reason)}"));

    private static Listing.Cell Coloured(string text, Color colour) => new(text, new Style(colour));
}
