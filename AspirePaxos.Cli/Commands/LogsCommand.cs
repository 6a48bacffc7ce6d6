using System.CommandLine;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Cli.Commands;

internal sealed class LogsCommand : PaxosCommand
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan levelWithin = TimeSpan.FromSeconds(15);

    private readonly Option<string> name = new("--name") { Description = "Of the file, in the log directory of each node.", HelpName = "FILE", DefaultValueFactory = _ => "log1" };

    public LogsCommand(CommandContext context)
        : base("logs", "Lets each node print its log to a file, behind a no-op on each, so that all have learned the same.", context) => Add(name);

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var file = line.GetRequiredValue(name);
        var nodes = (await NodeReport.OfAnyAsync(client, stop)).Select(report => report.Node).ToList();
        foreach (var node in nodes) await AskAsync(client, node, "/store/nop", "complete a no-op", stop);
        NodeReport[]? level = null;
        try
        {
            level = await Level.ReachAsync(client, levelWithin, Note(line), stop);
        }
        catch (CommandFailedException moving)
        {
            Screen.Note($"One printed log may be longer than another. {moving.Message}");
        }

        foreach (var node in nodes)
        {
            await AskAsync(client, node, $"/log/print/{Uri.EscapeDataString(file)}", "print its log", stop);
            var path = node.LogDirectory is { } directory ? Path.Combine(directory, file) : null;
            if (Json(line)) Screen.Json(new { node = node.Name, url = node.Address, file, path });
            else Screen.Say($"{node.Name}  {path ?? $"{Shown.Text(file)} in its log directory (Paxos:LogDirectory)"}");
        }

        if (!Json(line)) Screen.Good($"{Shown.Count(nodes.Count, "log")} are printed{(level is null ? "" : $" up to slot {level[0].Status!.CommitIndex}")}. To compare what the nodes hold: paxos diff");
        return ExitCode.Done;
    }

    private static async Task AskAsync(ClusterClient client, NodeAddress node, string path, string what, CancellationToken stop)
    {
        try
        {
            var answer = await client.AskAsync(node, HttpMethod.Get, path, patience, stop);
            if (answer.Succeeded) return;
            throw (int)answer.Status is >= 400 and < 500 and not 429
                ? answer.Refused()
                : new CommandFailedException(ExitCode.Unavailable, $"{node.Name} could not {what}: {answer.Problem}", "See how the nodes are: paxos status.");
        }
        catch (NoAnswerException nothing)
        {
            throw new CommandFailedException(ExitCode.Unavailable, $"{nothing.Message}, so that it could not {what}.", "See how the nodes are: paxos status.");
        }
    }
}
