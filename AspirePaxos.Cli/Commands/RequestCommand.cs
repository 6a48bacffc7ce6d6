using System.CommandLine;
using System.Diagnostics;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Load;
using AspirePaxos.Cli.Output;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Cli.Commands;

internal sealed class RequestCommand : PaxosCommand
{
    private readonly Option<int> clients = NumberOption.Of("--clients", "So many at once, each at a node of its own.", 3, 1, 1000);
    private readonly Option<int> count = NumberOption.Of("--count", "Sets of each client.", 1000, 1, 10_000_000);
    private readonly Option<int> keys = NumberOption.Of("--keys", "Among so many keys, key-0 and so on.", 1000, 1, 10_000_000);

    public RequestCommand(CommandContext context)
        : base("request", "Sets random keys to random values, one after another by each client. Ends with 1 where a set is not acknowledged.", context)
    {
        Add(clients);
        Add(count);
        Add(keys);
    }

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var nodes = (await NodeReport.OfAnyAsync(client, stop)).Select(report => report.Node).ToList();
        var (each, total) = (line.GetValue(count), line.GetValue(count) * (long)line.GetValue(clients));
        var (tally, done) = (new Tally(), new int[line.GetValue(clients)]);
        using var load = new LoadClient();
        if (!Json(line)) Screen.Say($"{Shown.Count(done.Length, "client")}, {Shown.Count(each, "random set")} each, to {string.Join(' ', nodes.Select(node => node.Address))}");
        Screen.Flush();
        var began = Stopwatch.GetTimestamp();
        var running = Task.WhenAll(Enumerable.Range(0, done.Length).Select(async number =>
        {
            for (var n = 0; n < each; n++)
            {
                var key = $"key-{Random.Shared.Next(line.GetValue(keys))}";
                var reply = await load.SendAsync(nodes[number % nodes.Count], OperationKind.Put, key, $"{Random.Shared.Next()}", default, stop);
                tally.Add(reply);
                if (!reply.Failed) done[number]++;
            }
        }));
        try
        {
            await Progress.WhileAsync(Screen, "random sets", total, () => tally.Answered + tally.Failed, running);
        }
        catch (OperationCanceledException) when (!Json(line))
        {
            Screen.Say($"Ended early: {tally.Answered} of {total} sets are acknowledged.");
            throw;
        }

        var elapsed = Stopwatch.GetElapsedTime(began);
        if (Json(line)) ShowJson(tally, elapsed);
        else Show(nodes, tally, done, each, elapsed);
        if (tally.Failed == 0) return ExitCode.Done;
        throw new CommandFailedException(ExitCode.No, $"{tally.Failed} of {total} sets are not acknowledged.", "See how the nodes are: paxos status.");
    }

    private void Show(List<NodeAddress> nodes, Tally tally, int[] done, int each, TimeSpan elapsed)
    {
        var listing = new Listing("CLIENT", "NODE", "URL", "ACKNOWLEDGED");
        for (var i = 0; i < done.Length; i++) listing.Row(i, nodes[i % nodes.Count].Name, nodes[i % nodes.Count].Address, $"{done[i]} of {each}");
        listing.WriteTo(Screen);
        Screen.Say($"{tally.Answered} sets in {Shown.Seconds(elapsed)}, {tally.Answered / elapsed.TotalSeconds:0} per second; median {Shown.Milliseconds(tally.Within(0.5))}, slowest {Shown.Milliseconds(tally.Within(1))}");
        foreach (var (why, failures) in tally.Failures) Screen.Note(Meaning(why, failures));
        if (tally.Failed == 0) Screen.Good($"All {tally.Answered} sets are acknowledged.");
    }

    private void ShowJson(Tally tally, TimeSpan elapsed) => Screen.Json(new
    {
        acknowledged = tally.Answered,
        failed = tally.Failures.ToDictionary(failure => failure.Why, failure => failure.Count),
        seconds = elapsed.TotalSeconds,
        perSecond = tally.Answered / elapsed.TotalSeconds,
        medianMs = tally.Within(0.5).TotalMilliseconds,
        slowestMs = tally.Within(1).TotalMilliseconds,
    });

    private static string Meaning(string why, int count) => why switch
    {
        "no connection" => $"{count} found nobody listening: the node is down",
        "no answer" => $"{count} had no answer: whether they took effect is unknown",
        "504" => $"{count} ended with 504: whether they took effect is unknown",
        _ => $"{count} were refused with {why} and not proposed: they may be sent again",
    };
}
