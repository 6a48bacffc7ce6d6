using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Simulation;

/// <summary><c>verify</c>: checks a recorded history, and shows the least of it that cannot be explained.</summary>
/// <param name="output">The verdict.</param>
/// <param name="error">What was wrong with the request, and the progress of long work.</param>
internal sealed class VerifyCommand(TextReader input, TextWriter output, TextWriter error)
{
    public const int Linearizable = 0;
    public const int Violation = 1;
    public const int BadInput = 2;
    public const int Undecided = 3;

    private const string Help = """
        Checks whether a recorded history is linearizable; docs/history-format.md describes the file.

          verify FILE.jsonl [--html OUT.html] [--work N]

          FILE         JSON lines, one operation each; - reads the standard input
          --html OUT   where a violation is drawn; next to FILE and named like it where not said, history.html for -
          --work N     gives a key up after about N states of 200 bytes each; 2000000 where not said
          --help       this text

        Exit code 0: linearizable. 1: not; the page that shows why is written. 2: the request or the file is wrong. 3: given up.
        """;

    private static readonly UTF8Encoding strict = new(false, throwOnInvalidBytes: true);

    private readonly Stopwatch clock = new();
    private TimeSpan nextProgress = TimeSpan.FromSeconds(1);

    public int Run(IReadOnlyList<string> arguments)
    {
        if (arguments.Contains("--help"))
        {
            output.WriteLine(Help);
            return Linearizable;
        }

        if (Options.Parse(arguments, out var wrong) is not { } options) return Refuse($"{wrong}\n\n{Help}");
        clock.Restart();
        try
        {
            return Verify(options);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return Refuse(e.Message);
        }
        catch (DecoderFallbackException)
        {
            return Refuse($"{options.File} is not UTF-8.");
        }
    }

    private int Verify(Options options)
    {
        History history;
        using (var reader = options.File == "-" ? null : new StreamReader(options.File, strict))
        {
            history = HistoryFile.Read(reader ?? input, line => Progress($"{line} lines are read"));
        }

        output.WriteLine(Summary(history));
        var verdict = LinearizabilityChecker.Check(history, options.Work, (done, all) => Progress($"{done} of {all} keys are searched"));
        var time = clock.Elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);
        if (verdict.Linearizable)
        {
            output.WriteLine($"Linearizable, found in {time} s.");
            return Linearizable;
        }

        if (verdict.Counterexample is not { } counterexample)
        {
            output.WriteLine($"{verdict.Explanation}Undecided after {time} s; --work with more than {options.Work} may decide it.");
            return Undecided;
        }

        output.WriteLine($"Not linearizable, found in {time} s.\n\n{verdict.Explanation}");
        CounterexamplePage.Write(counterexample, options.Page);
        output.WriteLine($"To look at: {options.Page}");
        return Violation;
    }

    private static string Summary(History history)
    {
        var operations = history.Operations;
        var outcomes = Enum.GetValues<OperationOutcome>()
            .Select(outcome => (Name: JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString()), Count: operations.Count(operation => operation.Outcome == outcome)))
            .Where(outcome => outcome.Count > 0)
            .Select(outcome => $"{outcome.Count} {outcome.Name}");
        var keys = operations.Select(operation => operation.Key).Distinct(StringComparer.Ordinal).Count();
        var clients = operations.Select(operation => operation.Client).Distinct().Count();
        return $"{Count(operations.Count, "operation")}, {Count(keys, "key")}, {Count(clients, "client")}"
            + (operations.Count == 0 ? "" : $"; outcomes: {string.Join(", ", outcomes)}");
    }

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    private void Progress(string done)
    {
        if (clock.Elapsed < nextProgress) return;
        nextProgress = clock.Elapsed + TimeSpan.FromSeconds(1);
        error.WriteLine($"{done} after {clock.Elapsed.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s");
    }

    private int Refuse(string problem)
    {
        error.WriteLine(problem);
        return BadInput;
    }

    private sealed record Options(string File, string Page, int Work)
    {
        public static Options? Parse(IReadOnlyList<string> arguments, out string wrong)
        {
            (string? file, string? page, var work) = (null, null, 2_000_000);
            wrong = "";
            for (var i = 0; i < arguments.Count; i++)
            {
                var value = i + 1 < arguments.Count ? arguments[i + 1] : null;
                switch (arguments[i])
                {
                    case "--html" when value is not null:
                        (page, i) = (value, i + 1);
                        break;
                    case "--work" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out work) && work > 0:
                        i++;
                        break;
                    case "--html" or "--work":
                        wrong = $"{arguments[i]} wants {(arguments[i] == "--html" ? "a file" : "a number above 0")} after it.";
                        return null;
                    case { } option when option != "-" && option.StartsWith('-'):
                        wrong = $"Unknown option {option}.";
                        return null;
                    case { } argument when file is null:
                        file = argument;
                        break;
                    case { } argument:
                        wrong = $"One file at a time: {file} and {argument}.";
                        return null;
                }
            }

            page ??= file == "-" ? "history.html" : Path.ChangeExtension(file, ".html");
            wrong = file is null ? "Which file?" : page == file ? $"The page would replace {file}; say --html." : "";
            return wrong.Length == 0 ? new Options(file!, page!, work) : null;
        }
    }
}
