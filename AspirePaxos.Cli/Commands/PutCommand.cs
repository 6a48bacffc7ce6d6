using System.CommandLine;
using System.Text;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Cli.Commands;

internal sealed class PutCommand : PaxosCommand
{
    private readonly Argument<string> key = Keys.Argument();
    private readonly Argument<string?> value = new("VALUE")
    {
        Description = "Its new value. Where it is left out, the bytes of the standard input. One that begins with a dash comes behind --.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Conditions conditions;

    public PutCommand(CommandContext context)
        : base("put", "Sets a key, once, however often the request has to be sent.", context)
    {
        Add(key);
        Add(value);
        conditions = new(this, mayBeAbsent: true);
    }

    protected override async Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop)
    {
        var name = line.GetRequiredValue(key);
        var content = line.GetValue(value) is { } text ? Encoding.UTF8.GetBytes(text) : await ReadInputAsync(stop);
        var answer = await client.AskAnyAsync(HttpMethod.Put, Keys.Path(name), stop, content, conditions.Headers(line));
        Conditions.Require(answer, name);
        if (!answer.Succeeded) throw answer.Refused();
        if (Json(line)) Screen.Json(new { key = name, revision = answer.Revision, slot = answer.Slot, node = answer.Headers.GetValueOrDefault("Paxos-Node") });
        else Screen.Good($"{Shown.Text(name)} is at revision {answer.Revision}.");
        return ExitCode.Done;
    }

    private async Task<byte[]> ReadInputAsync(CancellationToken stop)
    {
        if (Context.InputIsTerminal)
        {
            throw new CommandFailedException(ExitCode.WrongUsage, "There is no value.", "Give it behind the key, or through the standard input: paxos put KEY < FILE. An empty one is ''.");
        }

        using var content = new MemoryStream();
        await Context.Input.CopyToAsync(content, stop);
        return content.ToArray();
    }
}
