using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace AspirePaxos.Cli.Output;

/// <summary>
/// Results go to the standard output, everything else (errors, notes, progress) to the standard error. Colours and live displays only
/// on a terminal; what is piped is plain and as wide as it needs to be.
/// </summary>
internal sealed class Screen : IDisposable
{
    private const int Unlimited = 1_000_000;

    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly TimeSpan lookAtReader = TimeSpan.FromMilliseconds(300);

    private readonly bool isPipe;
    private readonly Func<int>? columns;
    private readonly Stream bytes;
    private readonly TextWriter text;
    private readonly TextWriter errors;

    /// <param name="width">Of the terminal; null: this is none.</param>
    /// <param name="errorWidth">The same for the standard error.</param>
    /// <param name="columns">Asks for the width of the terminal again; null: it stays.</param>
    public Screen(Stream output, int? width, TextWriter error, int? errorWidth, bool colours, Func<int>? columns = null)
    {
        this.columns = columns;
        isPipe = output is FileStream;
        bytes = output;
        errors = error;
        text = new StreamWriter(output, new UTF8Encoding(false)) { AutoFlush = width is not null, NewLine = "\n" };
        Out = ConsoleOver(text, width, colours);
        Error = ConsoleOver(error, errorWidth, colours);
        IsTerminal = width is not null;
        ErrorIsTerminal = errorWidth is not null;
    }

    public IAnsiConsole Out { get; }

    public IAnsiConsole Error { get; }

    public bool IsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    /// <summary>A terminal may be made wider or narrower while a command runs.</summary>
    public int Width
    {
        get
        {
            if (columns is not null) Out.Profile.Width = columns();
            return Out.Profile.Width;
        }
    }

    public static Screen OfConsole()
    {
        var colours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
        int? width = Console.IsOutputRedirected ? null : Columns();
        int? errorWidth = Console.IsErrorRedirected ? null : Columns();
        return new Screen(StandardOutput(), width, Console.Error, errorWidth, colours, width is null ? null : Columns);
    }

    /// <summary>Words for people, broken between two of them where the terminal ends.</summary>
    public void Say(string words) => Out.Write(new Text(words + "\n"));

    /// <summary>As it is.</summary>
    public void Line(string line) => text.WriteLine(line);

    public void Bytes(ReadOnlySpan<byte> content)
    {
        text.Flush();
        bytes.Write(content);
    }

    /// <summary>One line of JSON.</summary>
    public void Json<T>(T value) => text.WriteLine(JsonSerializer.Serialize(value, json));

    /// <summary>The good end of a command.</summary>
    public void Good(string line) => Out.Write(new Text(line + "\n", new Style(Color.Green)));

    /// <summary>What went wrong.</summary>
    public void Bad(string line) => Beside(line, Color.Red);

    public void ErrorJson<T>(T value) => errors.WriteLine(JsonSerializer.Serialize(value, json));

    /// <summary>Beside the result.</summary>
    public void Note(string line) => Beside(line, Color.Yellow);

    /// <exception cref="IOException">The reader is gone.</exception>
    public void Flush()
    {
        text.Flush();
        bytes.Flush();
    }

    /// <summary>Between two looks of a command that goes on until it is ended: by its user, or since nobody reads on.</summary>
    /// <exception cref="IOException">The reader is gone.</exception>
    public async Task PauseAsync(TimeSpan time, CancellationToken stop)
    {
        Flush();
        for (var left = time; left > TimeSpan.Zero; left -= lookAtReader)
        {
            await Task.Delay(left < lookAtReader ? left : lookAtReader, stop);
            if (isPipe) PipeReader.Require();
        }
    }

    public void Dispose() => text.Dispose();

    /// <summary>Behind what was written before it, where both go to one place.</summary>
    private void Beside(string line, Color colour)
    {
        text.Flush();
        Error.Write(new Text(line + "\n", new Style(colour)));
    }

    private static IAnsiConsole ConsoleOver(TextWriter writer, int? width, bool colours)
    {
        var terminal = width is not null;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal && colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Yes : InteractionSupport.No,
        });
        console.Profile.Width = width ?? Unlimited;
        return console;
    }

    private static int Columns()
    {
        try
        {
            return Console.WindowWidth is > 0 and var columns ? columns : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }

    /// <summary>
    /// The runtime's own stream says nothing when the reader of a pipe is gone, and a live command would run on for ever. A plain one
    /// reports it; but only for what cannot be positioned, since it would not move the position that other programs share.
    /// </summary>
    private static Stream StandardOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected) return Console.OpenStandardOutput();
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 1);
        return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
    }
}
