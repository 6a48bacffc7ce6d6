using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Load;
using AspirePaxos.Cli.Output;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Cli.Commands;

internal sealed class BenchCommand : PaxosCommand
{
    private const int KeysOfAClient = 100;

    private readonly Option<int> seconds = NumberOption.Of("--seconds", "How long it measures.", 5, 1, 3600);
    private readonly Option<int> warmup = NumberOption.Of("--warmup", "Seconds before that which do not count.", 1, 0, 3600);
    private readonly Option<int> clients = NumberOption.Of("--clients", "So many at once, spread over the nodes; each waits for its answer.", 16, 1, 1000);
    private readonly Option<int> bytes = NumberOption.Of("--bytes", "Of each value.", 100, 0, 1_000_000);
    private readonly Option<int> reads = NumberOption.Of("--reads", "Percent of the requests that read.", 0, 0, 100);

    public BenchCommand(CommandContext context)
        : base("bench", "Measures a short closed-loop load: requests per second and how long they take. Its clients share this machine's processors.", context)
    {
        Add(seconds);
        Add(warmup);
        Add(clients);
        Add(bytes);
        Add(reads);
    }

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var nodes = (await Level.ReadyAsync(client, TimeSpan.FromSeconds(30), Note(line), stop)).Select(report => report.Node).ToList();
        var (before, measured) = (TimeSpan.FromSeconds(line.GetValue(warmup)), TimeSpan.FromSeconds(line.GetValue(seconds)));
        var (writing, reading) = (new Tally(), new Tally());
        var value = new string('x', line.GetValue(bytes));
        using var load = new LoadClient();
        var began = Stopwatch.GetTimestamp();
        var running = Task.WhenAll(Enumerable.Range(0, line.GetValue(clients)).Select(async number =>
        {
            var node = nodes[number % nodes.Count];
            while (Stopwatch.GetElapsedTime(began) is var now && now < before + measured)
            {
                var isRead = Random.Shared.Next(100) < line.GetValue(reads);
                var key = $"bench-{number}-{Random.Shared.Next(KeysOfAClient)}";
                var reply = await load.SendAsync(node, isRead ? OperationKind.Get : OperationKind.Put, key, isRead ? null : value, default, stop);
                if (now >= before) (isRead ? reading : writing).Add(reply);
            }
        }));
        await Progress.WhileAsync(Screen, "measuring", (before + measured).TotalSeconds, () => Stopwatch.GetElapsedTime(began).TotalSeconds, running);
        var elapsed = Stopwatch.GetElapsedTime(began) - before;
        (string Name, Tally Tally)[] kinds = [.. new[] { ("put", writing), ("get", reading) }.Where(kind => kind.Item2.Answered + kind.Item2.Failed > 0)];
        if (Json(line)) ShowJson(line, kinds, elapsed);
        else Show(line, kinds, elapsed);
        return Array.TrueForAll(kinds, kind => kind.Tally.Failed == 0) ? ExitCode.Done : ExitCode.No;
    }

    private void Show(ParseResult line, (string Name, Tally Tally)[] kinds, TimeSpan elapsed)
    {
        Screen.Say($"{Shown.Count(line.GetValue(clients), "client")}, {Shown.Count(line.GetValue(bytes), "byte")} a value, {Shown.Seconds(elapsed)}");
        var listing = new Listing("REQUEST", "PER SECOND", "P50 MS", "P90 MS", "P99 MS", "MAX MS", "COUNT", "FAILED") { Dispensable = ["COUNT", "P90 MS"] };
        foreach (var (name, tally) in kinds)
        {
            listing.Row(
                name, (long)(tally.Answered / elapsed.TotalSeconds), Within(tally, 0.5), Within(tally, 0.9), Within(tally, 0.99), Within(tally, 1),
                tally.Answered, tally.Failed);
        }

        listing.WriteTo(Screen);
    }

    private void ShowJson(ParseResult line, (string Name, Tally Tally)[] kinds, TimeSpan elapsed) => Screen.Json(new
    {
        clients = line.GetValue(clients),
        bytes = line.GetValue(bytes),
        seconds = elapsed.TotalSeconds,
        requests = kinds.ToDictionary(kind => kind.Name, kind => new
        {
            count = kind.Tally.Answered,
            failed = kind.Tally.Failed,
            perSecond = kind.Tally.Answered / elapsed.TotalSeconds,
            p50Ms = kind.Tally.Within(0.5).TotalMilliseconds,
            p90Ms = kind.Tally.Within(0.9).TotalMilliseconds,
            p99Ms = kind.Tally.Within(0.99).TotalMilliseconds,
            maxMs = kind.Tally.Within(1).TotalMilliseconds,
        }),
    });

    private static string Within(Tally tally, double share) => tally.Within(share).TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture);
}
