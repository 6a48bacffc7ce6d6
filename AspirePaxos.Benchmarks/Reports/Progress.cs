namespace AspirePaxos.Benchmarks.Reports;

/// <summary>Lines that stay, and on a terminal one below them that passes.</summary>
internal sealed class Progress(TextWriter output, bool isTerminal)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly Lock turn = new();
    private bool passing;

    public static Progress OfConsole() => new(Console.Out, !Console.IsOutputRedirected);

    public void Line(string text)
    {
        lock (turn)
        {
            if (passing) output.Write("\r\e[K");
            passing = false;
            output.WriteLine(text);
        }
    }

    /// <summary>Not shown where the output is a file.</summary>
    public void Passing(string text)
    {
        if (!isTerminal) return;
        lock (turn) output.Write($"\r\e[K{text}");
        passing = true;
    }
}
