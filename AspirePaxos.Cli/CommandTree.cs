using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using AspirePaxos.Cli.Commands;

namespace AspirePaxos.Cli;

/// <summary>All commands, and how one of them is run.</summary>
internal static class CommandTree
{
    public static RootCommand Build(CommandContext context)
    {
        var root = new RootCommand("Operates a cluster of AspirePaxos: keys, status, log, comparison, load and verification.")
        {
            context.Endpoints,
            context.Data,
            context.Json,
            context.Timeout,
            new GetCommand(context),
            new PutCommand(context),
            new DeleteCommand(context),
            new ListCommand(context),
            new StatusCommand(context),
            new InfoCommand(context),
            new LogCommand(context),
            new LogsCommand(context),
            new DiffCommand(context),
            new RequestCommand(context),
            new VerifyCommand(context),
            new BenchCommand(context),
            new CrashCommand(context),
            new StopCommand(context),
        };
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help }) option.Action = new HelpWithExitCodes(help);
        }

        return root;
    }

    /// <returns>The exit code; whatever went wrong is on the standard error.</returns>
    public static async Task<int> RunAsync(CommandContext context, IReadOnlyList<string> args, CancellationToken stop)
    {
        var screen = context.Screen;
        // A value that begins with @ is a value, and no file to read.
        var line = Build(context).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (line.Action is ParseErrorAction || Mistyped(line) is not null)
        {
            Report(context, line, new CommandFailedException(ExitCode.WrongUsage, Wrong(line), $"See: {NameOf(line.CommandResult.Command)} --help"));
            return ExitCode.WrongUsage;
        }

        try
        {
            using var output = new StringWriter();
            var code = await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output }, stop);
            screen.Bytes(System.Text.Encoding.UTF8.GetBytes(output.ToString()));
            screen.Flush();
            return code;
        }
        catch (CommandFailedException failed)
        {
            screen.Flush();
            Report(context, line, failed);
            return failed.ExitCode;
        }
    }

    private static void Report(CommandContext context, ParseResult line, CommandFailedException failed)
    {
        if (line.GetResult(context.Json) is { Implicit: false })
        {
            context.Screen.ErrorJson(new { error = failed.Message, next = failed.Next, exitCode = failed.ExitCode });
            return;
        }

        context.Screen.Bad(failed.Message);
        if (failed.Next is { } next) context.Screen.Note(next);
    }

    /// <summary>What was not understood says more than what is missing for that.</summary>
    private static string Wrong(ParseResult line)
    {
        var command = line.CommandResult.Command;
        if (Mistyped(line) is { } mistyped) return $"There is no option '{mistyped}'.";
        if (line.UnmatchedTokens is [var first, ..])
        {
            if (first.StartsWith('-')) return $"There is no option '{first}'.";
            return command is RootCommand ? $"There is no command '{first}'." : $"'{first}' is one argument too many.";
        }

        var missing = command.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0 && line.GetResult(argument) is not { Tokens.Count: > 0 });
        return missing is null ? string.Join(' ', line.Errors.Select(error => error.Message)) : $"{missing.Name} is missing.";
    }

    /// <summary>An option that nobody knows would be taken for a key or value. What begins so comes behind --.</summary>
    private static string? Mistyped(ParseResult line) =>
        (line.Action is not ParseErrorAction && line.Action != line.CommandResult.Command.Action) || line.Tokens.Any(token => token.Type == TokenType.DoubleDash)
        ? null
        : line.CommandResult.Command.Arguments.SelectMany(argument => line.GetResult(argument)?.Tokens ?? []).FirstOrDefault(token => token.Value.StartsWith("--", StringComparison.Ordinal))?.Value;

    private static string NameOf(Command command) => command is RootCommand ? "paxos" : $"paxos {command.Name}";

    private sealed class HelpWithExitCodes(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(ExitCode.Help(help.MaxWidth));
            return ExitCode.Done;
        }
    }
}
