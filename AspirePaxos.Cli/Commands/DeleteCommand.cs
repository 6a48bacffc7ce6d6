using System.CommandLine;
using System.Net;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Cli.Commands;

internal sealed class DeleteCommand : PaxosCommand
{
    private readonly Argument<string> key = Keys.Argument();
    private readonly Conditions conditions;

    public DeleteCommand(CommandContext context)
        : base("delete", "Deletes a key.", context)
    {
        Add(key);
        conditions = new(this, mayBeAbsent: false);
    }

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var name = line.GetRequiredValue(key);
        var answer = await client.AskAnyAsync(HttpMethod.Delete, Keys.Path(name), stop, headers: conditions.Headers(line));
        if (answer.Status == HttpStatusCode.NotFound) throw new CommandFailedException(ExitCode.No, $"There is no key '{Shown.Text(name)}'.");
        Conditions.Require(answer, name);
        if (!answer.Succeeded) throw answer.Refused();
        if (Json(line)) Screen.Json(new { key = name, revision = answer.Revision, slot = answer.Slot, node = answer.Headers.GetValueOrDefault("Paxos-Node") });
        else Screen.Good($"{Shown.Text(name)} is deleted, at revision {answer.Revision}.");
        return ExitCode.Done;
    }
}
