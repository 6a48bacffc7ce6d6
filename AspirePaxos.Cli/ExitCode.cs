using System.Text;

namespace AspirePaxos.Cli;

/// <summary>What every command ends with; docs/cli.md and the help say the same.</summary>
internal static class ExitCode
{
    /// <summary>It is done, or the answer is yes.</summary>
    public const int Done = 0;

    /// <summary>The cluster answered, and the answer is no: no such key, a condition that does not hold, logs that differ.</summary>
    public const int No = 1;

    /// <summary>The command line is wrong, or the cluster refuses the request as it is.</summary>
    public const int WrongUsage = 2;

    /// <summary>No cluster, or not enough of it: nothing was done.</summary>
    public const int Unavailable = 3;

    /// <summary>Nobody can tell: a write without an answer, a history that could not be decided.</summary>
    public const int Unknown = 4;

    /// <summary>Ctrl+C, as shells report it.</summary>
    public const int Interrupted = 128 + 2;

    /// <summary>The reader of the output went away, as shells report it.</summary>
    public const int BrokenPipe = 128 + 13;

    /// <summary>SIGTERM, as shells report it.</summary>
    public const int Terminated = 128 + 15;

    private const int Widest = 60;
    private const int Indent = 7;

    private static readonly (string Code, string Meaning)[] meanings =
    [
        ("0", "done, or the answer is yes"),
        ("1", "the answer is no: no such key, a condition that does not hold, logs that differ, a node that is not ready, a write that was lost or refused, a history that is not linearizable"),
        ("2", "the command line is wrong, or the cluster refuses the request as it is"),
        ("3", "no cluster, or too little of it: nothing changed"),
        ("4", "nobody can tell: a write without an answer, a history that was not decided"),
        ("130", "Ctrl+C; 143: SIGTERM; 141: nobody reads the output any more (| head)"),
    ];

    /// <summary>For people.</summary>
    /// <param name="width">Of the terminal.</param>
    public static string Help(int width)
    {
        var text = new StringBuilder("Exit codes:");
        foreach (var (code, meaning) in meanings)
        {
            var column = 0;
            foreach (var word in meaning.Split(' '))
            {
                if (column == 0 || column + 1 + word.Length > Math.Min(width, Widest))
                {
                    text.Append('\n').Append(column == 0 ? $"  {code}".PadRight(Indent) : new string(' ', Indent));
                    column = Indent;
                }
                else
                {
                    text.Append(' ');
                    column++;
                }

                text.Append(word);
                column += word.Length;
            }
        }

        return text.ToString();
    }
}
