using System.CommandLine;
using System.Globalization;
using System.Net;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Cli.Commands;

/// <summary>What a write asks of the key that it changes: compare-and-set.</summary>
internal sealed class Conditions
{
    private readonly Option<long?> ifRevision = NumberOption.OrNone("--if-revision", "Only if the key is at this revision.");
    private readonly Option<bool> ifPresent = new("--if-present") { Description = "Only if the key exists." };
    private readonly Option<bool> ifAbsent = new("--if-absent") { Description = "Only if the key does not exist." };

    public Conditions(Command command, bool mayBeAbsent)
    {
        command.Add(ifRevision);
        if (mayBeAbsent) command.Add(ifPresent);
        if (mayBeAbsent) command.Add(ifAbsent);
        command.Validators.Add(result =>
        {
            Option[] given = [.. new Option[] { ifRevision, ifPresent, ifAbsent }.Where(option => result.GetResult(option) is { Implicit: false })];
            if (given.Length > 1) result.AddError($"{given[0].Name} and {given[1].Name} exclude each other; give one of them.");
        });
    }

    public IEnumerable<(string, string)> Headers(ParseResult line)
    {
        if (line.GetResult(ifRevision) is not null) yield return ("If-Match", string.Create(CultureInfo.InvariantCulture, $"\"{line.GetValue(ifRevision)}\""));
        if (line.GetResult(ifPresent) is not null && line.GetValue(ifPresent)) yield return ("If-Match", "*");
        if (line.GetResult(ifAbsent) is not null && line.GetValue(ifAbsent)) yield return ("If-None-Match", "*");
    }

    /// <exception cref="CommandFailedException">The answer is that the condition does not hold.</exception>
    public static void Require(Answer answer, string key)
    {
        if (answer.Status != HttpStatusCode.PreconditionFailed) return;
        var revision = answer.Json.TryGetProperty("revision", out var number) ? number.GetInt64() : 0;
        throw new CommandFailedException(
            ExitCode.No, revision == 0 ? $"The key '{Shown.Text(key)}' does not exist. Nothing was changed." : $"The key '{Shown.Text(key)}' is at revision {revision}. Nothing was changed.");
    }
}
