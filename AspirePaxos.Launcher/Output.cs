namespace AspirePaxos.Launcher;

/// <summary>Lines of several processes on one terminal, each with its name in front, in its colour where the terminal has colours.</summary>
internal sealed class Output
{
    private static readonly string[] Colours = ["36", "33", "35", "32", "34", "96", "93", "95", "92", "94"];
    private const string Red = "31";

    private readonly Lock turn = new();
    private readonly TextWriter writer;
    private readonly bool coloured;
    private readonly Dictionary<string, string> colourOf = [];
    private int width;

    public Output(TextWriter writer, bool coloured)
    {
        this.writer = writer;
        this.coloured = coloured;
    }

    /// <summary>Standard output; plain where it is a file or a pipe, or where NO_COLOR or a dumb terminal says so.</summary>
    public static Output OfConsole() => new(Console.Out, coloured:
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb");

    public void Names(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            colourOf[name] = Colours[colourOf.Count % Colours.Length];
            width = Math.Max(width, name.Length);
        }
    }

    /// <summary>A line that a resource wrote.</summary>
    public void Line(string resource, string text) => Write(Coloured(resource.PadRight(width), colourOf.GetValueOrDefault(resource, "0")) + " | " + text);

    /// <summary>The launcher's own word about a resource.</summary>
    public void Event(string resource, string text, bool bad = false) =>
        Write(Coloured(resource.PadRight(width), colourOf.GetValueOrDefault(resource, "0")) + " * " + (bad ? Coloured(text, Red) : text));

    public void Write(string line)
    {
        lock (turn)
        {
            try
            {
                writer.WriteLine(line);
                writer.Flush();
            }
            catch (IOException)
            {
                // The reader of a pipe has gone; the cluster does not end for that.
            }
        }
    }

    private string Coloured(string text, string colour) => coloured ? $"\e[{colour}m{text}\e[0m" : text;
}
