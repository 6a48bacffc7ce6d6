using System.CommandLine;
using System.Net;
using System.Text;
using System.Text.Unicode;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Cli.Commands;

internal sealed class GetCommand : PaxosCommand
{
    private readonly Argument<string> key = Keys.Argument();
    private readonly Option<string> consistency = new Option<string>("--consistency")
    {
        Description = "linearizable: as of now. leased: as of now, from the leader's lease. local: what one node knows, which may be old.",
        HelpName = "KIND",
        DefaultValueFactory = _ => "linearizable",
    }.AcceptOnlyFromAmong("linearizable", "leased", "local");

    public GetCommand(CommandContext context)
        : base("get", "Prints the value of a key, byte for byte.", context)
    {
        Add(key);
        Add(consistency);
    }

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var name = line.GetRequiredValue(key);
        var answer = await client.AskAnyAsync(HttpMethod.Get, $"{Keys.Path(name)}?consistency={line.GetValue(consistency)}", stop);
        if (answer.Status == HttpStatusCode.NotFound) throw new CommandFailedException(ExitCode.No, $"There is no key '{Shown.Text(name)}'.");
        if (!answer.Succeeded) throw answer.Refused();
        if (Json(line))
        {
            var isText = Utf8.IsValid(answer.Body);
            Screen.Json(new
            {
                key = name,
                value = isText ? Encoding.UTF8.GetString(answer.Body) : null,
                valueBase64 = isText ? null : Convert.ToBase64String(answer.Body),
                revision = answer.Revision,
                slot = answer.Slot,
                node = answer.Headers.GetValueOrDefault("Paxos-Node"),
            });
            return ExitCode.Done;
        }

        Screen.Bytes(answer.Body);
        if (Screen.IsTerminal && answer.Body is not [.., (byte)'\n']) Screen.Line("");
        return ExitCode.Done;
    }
}
