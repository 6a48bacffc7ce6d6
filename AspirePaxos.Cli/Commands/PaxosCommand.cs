using System.CommandLine;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Cli.Commands;

/// <summary>A command on a cluster.</summary>
internal abstract class PaxosCommand : Command
{
    protected PaxosCommand(string name, string description, CommandContext context)
        : base(name, description)
    {
        Context = context;
        SetAction((line, stop) => RunAsync(line, stop));
    }

    protected CommandContext Context { get; }

    protected Screen Screen => Context.Screen;

    /// <summary>Notes of this line; with --json there is nothing but objects.</summary>
    protected Action<string> Note(ParseResult line) => Json(line) ? _ => { } : Screen.Note;

    protected bool Json(ParseResult line) => line.GetValue(Context.Json);

    /// <returns>The exit code.</returns>
    protected abstract Task<int> ExecuteAsync(ParseResult line, ClusterClient client, CancellationToken stop);

    private async Task<int> RunAsync(ParseResult line, CancellationToken stop)
    {
        using var client = Context.Connect(line);
        return await ExecuteAsync(line, client, stop);
    }
}
