using System.CommandLine;
using System.Diagnostics;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Load;
using AspirePaxos.Cli.Output;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Cli.Commands;

internal sealed class VerifyCommand : PaxosCommand
{
    private readonly Option<int> seconds = NumberOption.Of("--seconds", "How long the clients work.", 10, 1, 86_400);
    private readonly Option<int> clients = NumberOption.Of("--clients", "So many at once, spread over the nodes.", 8, 1, 256);
    private readonly Option<int> keys = NumberOption.Of("--keys", "So many keys, which they share.", 8, 1, 10_000);
    private readonly Option<string> page = new("--page") { Description = "Where a counterexample is drawn.", HelpName = "FILE", DefaultValueFactory = _ => "verify.html" };
    private readonly Option<string?> history = new("--history") { Description = "Keeps the recorded history there, in the format of docs/history-format.md.", HelpName = "FILE" };

    public VerifyCommand(CommandContext context)
        : base("verify", "Lets clients read, write and delete keys of their own, and checks whether all answers fit one order: linearizability. Crash nodes meanwhile, if you like.", context)
    {
        Add(seconds);
        Add(clients);
        Add(keys);
        Add(page);
        Add(history);
    }

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var nodes = (await NodeReport.OfAnyAsync(client, stop)).Select(report => report.Node).ToList();
        using var kept = line.GetValue(history) is { } file ? Created(file) : null;
        if (Path.GetDirectoryName(Path.GetFullPath(line.GetRequiredValue(page))) is { } folder && !Directory.Exists(folder))
            throw NotWritable(line.GetRequiredValue(page), "there is no such folder.", "--page");
        var workload = new CheckedWorkload(nodes, line.GetValue(clients), line.GetValue(keys));
        var time = TimeSpan.FromSeconds(line.GetValue(seconds));
        var began = Stopwatch.GetTimestamp();
        var running = workload.RunAsync(time, stop);
        await Progress.WhileAsync(Screen, "recording", time.TotalSeconds, () => Stopwatch.GetElapsedTime(began).TotalSeconds, running);
        var recorded = await running;
        if (kept is not null)
        {
            HistoryFile.Write(recorded, kept);
            await kept.FlushAsync(stop);
        }

        var searched = 0.0;
        var checking = Task.Run(() => LinearizabilityChecker.Check(recorded, onKey: (done, all) => searched = (double)done / all), stop);
        await Progress.WhileAsync(Screen, "checking", 1, () => searched, checking);
        var code = Show(line, recorded, await checking);
        Screen.Flush();
        await ForgetAsync(client, workload, stop);
        return code;
    }

    private int Show(ParseResult line, History history, Verdict verdict)
    {
        var outcomes = Enum.GetValues<OperationOutcome>().ToDictionary(outcome => outcome, outcome => history.Operations.Count(operation => operation.Outcome == outcome));
        var answered = history.Operations.Count - outcomes[OperationOutcome.Unknown] - outcomes[OperationOutcome.Refused];
        if (answered == 0) throw new CommandFailedException(ExitCode.Unavailable, "No operation was answered, so that nothing is verified.", "See how the nodes are: paxos status.");
        var drawn = verdict.Counterexample is { } counterexample ? Draw(counterexample, line.GetRequiredValue(page)) : null;
        if (Json(line))
        {
            Screen.Json(new
            {
                linearizable = verdict.Undecided ? (bool?)null : verdict.Linearizable,
                operations = history.Operations.Count,
                outcomes = outcomes.ToDictionary(outcome => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(outcome.Key.ToString()), outcome => outcome.Value),
                explanation = verdict.Explanation,
                page = drawn,
            });
            return CodeOf(verdict);
        }

        Screen.Say($"{Shown.Count(history.Operations.Count, "operation")}: {string.Join(", ", outcomes.Where(outcome => outcome.Value > 0).Select(outcome => $"{outcome.Value} {Words(outcome.Key)}"))}");
        if (verdict.Linearizable)
        {
            Screen.Good("Linearizable: one order explains every answer.");
            return ExitCode.Done;
        }

        Screen.Line(verdict.Explanation.TrimEnd());
        if (drawn is not null) Screen.Say($"To look at: {drawn}");
        Screen.Bad(verdict.Undecided ? "Undecided: the search was given up. A shorter run, or more keys, is easier to decide." : "NOT linearizable.");
        return CodeOf(verdict);
    }

    private static int CodeOf(Verdict verdict) => verdict.Undecided ? ExitCode.Unknown : verdict.Linearizable ? ExitCode.Done : ExitCode.No;

    private static string Words(OperationOutcome outcome) => outcome switch
    {
        OperationOutcome.NotFound => "not found",
        OperationOutcome.ConditionFailed => "condition failed",
        _ => outcome.ToString().ToLowerInvariant(),
    };

    /// <summary>Before the work, which would be in vain where it cannot be kept.</summary>
    private static StreamWriter Created(string path)
    {
        try
        {
            return new StreamWriter(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, e.Message, "--history");
        }
    }

    private static CommandFailedException NotWritable(string path, string why, string option) =>
        new(ExitCode.WrongUsage, $"{path} cannot be written: {why}", $"Name another file: {option} FILE.");

    private static string Draw(Counterexample counterexample, string path)
    {
        CounterexamplePage.Write(counterexample, path);
        return Path.GetFullPath(path);
    }

    /// <summary>The keys of this run are nobody's: they go. The verdict stands without that.</summary>
    private async Task ForgetAsync(ClusterClient client, CheckedWorkload workload, CancellationToken stop)
    {
        try
        {
            foreach (var key in workload.Keys) await client.AskAnyAsync(HttpMethod.Delete, Commands.Keys.Path(key), stop);
        }
        catch (CommandFailedException failed)
        {
            Screen.Note($"Keys of this run are left behind. {failed.Message}");
        }
    }
}
