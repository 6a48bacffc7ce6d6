using System.CommandLine;
using System.Diagnostics;
using System.Net;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Load;
using AspirePaxos.Cli.Output;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Cli.Commands;

internal sealed class CrashCommand : PaxosCommand
{
    private const int ReadersAtOnce = 8;
    private const int AttemptsToRead = 50;

    private static readonly TimeSpan pauseBetweenAttempts = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan readyWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan backWithin = TimeSpan.FromSeconds(60);

    private readonly Argument<string[]> names = new("NODE") { Description = "Which nodes, by name or address; all where not said.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<int> rounds = NumberOption.Of("--rounds", "How often each.", 1, 1, 1000);
    private readonly Option<int> pause = NumberOption.Of("--pause", "Seconds between two crashes.", 3, 0, 3600);
    private readonly Option<int> clients = NumberOption.Of("--clients", "So many write meanwhile.", 3, 1, 64);

    public CrashCommand(CommandContext context)
        : base("crash", "Crashes nodes in turn while clients write; then reads every acknowledged write back and compares the logs. Needs Paxos:EnableCrashEndpoint.", context)
    {
        Add(names);
        Add(rounds);
        Add(pause);
        Add(clients);
    }

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var nodes = (await Level.ReadyAsync(client, readyWithin, Note(line), stop)).Select(report => report.Node).ToList();
        var named = client.Found with { Nodes = nodes };
        var chosen = line.GetValue(names) is { Length: > 0 } asked ? asked.Select(named.Find).ToList() : nodes;
        var between = TimeSpan.FromSeconds(line.GetValue(pause));
        using var load = new CrashLoad(nodes, line.GetValue(clients), stop);
        Say(line, $"{Shown.Count(line.GetValue(clients), "client")} write{(line.GetValue(clients) == 1 ? "s" : "")} while {string.Join(", ", chosen.Select(node => node.Name))} {(chosen.Count == 1 ? "crashes" : "crash")}, {(line.GetValue(rounds) == 1 ? "once" : $"{line.GetValue(rounds)} times each")}");
        try
        {
            await Task.Delay(between, stop);
            for (var round = 0; round < line.GetValue(rounds); round++)
            {
                foreach (var node in chosen)
                {
                    var before = load.Acknowledged.Count;
                    var took = await CrashAsync(client, node, stop);
                    Say(line, $"{node.Name} crashed and is back after {took.TotalMilliseconds:0} ms; {load.Acknowledged.Count - before} writes were acknowledged meanwhile");
                    await Task.Delay(between, stop);
                }
            }
        }
        finally
        {
            await load.EndAsync();
        }

        await Level.ReadyAsync(client, readyWithin, Note(line), stop);
        Say(line, $"{load.Acknowledged.Count} writes acknowledged, {load.Failed} not (no answer, refused, or outcome unknown)");
        var missing = await MissingAsync(nodes, load.Acknowledged, stop);
        if (load.Acknowledged.Count == 0) throw new CommandFailedException(ExitCode.Unavailable, "No write was acknowledged, so that there is nothing to check.", "See how the nodes are: paxos status.");
        if (Json(line)) Screen.Json(new { acknowledged = load.Acknowledged.Count, failed = load.Failed, missing = missing.Select(write => write.Key) });
        if (missing.Count > 0)
        {
            foreach (var (key, value) in missing.Take(5)) Say(line, $"{key} was {value}");
            throw new CommandFailedException(ExitCode.No, $"{Shown.Count(missing.Count, "acknowledged write")} could not be read back; the first are above.", "The cluster is left as it is. Keep copies of the data directories.");
        }

        if (!Json(line)) Screen.Good($"All {load.Acknowledged.Count} acknowledged writes are readable.");
        return await DiffCommand.CompareAsync(Screen, client, Json(line), stop);
    }

    private void Say(ParseResult line, string text)
    {
        if (Json(line)) return;
        Screen.Say(text);
        Screen.Flush();
    }

    /// <returns>How long it took until it was ready again.</returns>
    private static async Task<TimeSpan> CrashAsync(ClusterClient client, NodeAddress node, CancellationToken stop)
    {
        var before = (await NodeReport.OfAsync(client, node, stop)).Status?.BootCounter ?? 0;
        try
        {
            var answer = await client.AskAsync(node, HttpMethod.Get, "/crash", TimeSpan.FromSeconds(5), stop);
            if (answer.Status == HttpStatusCode.NotFound)
            {
                throw new CommandFailedException(
                    ExitCode.WrongUsage, $"{node.Name} has no /crash: its setting Paxos__EnableCrashEndpoint is off.", "The AppHost and docker-compose.override.yaml set it; a node for production does without.");
            }
        }
        catch (NoAnswerException)
        {
            // As it should be: it is dead.
        }

        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < backWithin)
        {
            // A node that answers may be one that never died: it counts its starts.
            var report = await NodeReport.OfAsync(client, node, stop);
            if (report.Ready && report.Status!.BootCounter > before) return Stopwatch.GetElapsedTime(began);
            await Task.Delay(100, stop);
        }

        throw new CommandFailedException(ExitCode.No, $"{node.Name} did not crash and come back within {backWithin.TotalSeconds:0} s.", "See its output: paxos info. The AppHost and compose restart a node that died; nothing else does.");
    }

    /// <summary>Reads from all nodes in turn.</summary>
    private async Task<IReadOnlyList<(string Key, string Value)>> MissingAsync(IReadOnlyList<NodeAddress> nodes, IReadOnlyCollection<(string Key, string Value)> written, CancellationToken stop)
    {
        using var reader = new LoadClient();
        var (missing, read) = (new List<(string, string)>(), 0);
        var reading = Parallel.ForEachAsync(written, new ParallelOptions { MaxDegreeOfParallelism = ReadersAtOnce, CancellationToken = stop }, async (write, cancelled) =>
        {
            var reply = default(Reply);
            for (var attempt = 0; attempt < AttemptsToRead; attempt++)
            {
                if (attempt > 0) await Task.Delay(pauseBetweenAttempts, cancelled);
                reply = await reader.SendAsync(nodes[(read + attempt) % nodes.Count], OperationKind.Get, write.Key, null, default, cancelled);
                if (!reply.Failed) break;
            }

            if (reply.Outcome != OperationOutcome.Ok || reply.Value != write.Value)
            {
                lock (missing) missing.Add(write);
            }

            Interlocked.Increment(ref read);
        });
        await Progress.WhileAsync(Screen, "reading back", written.Count, () => read, reading);
        return missing;
    }
}
