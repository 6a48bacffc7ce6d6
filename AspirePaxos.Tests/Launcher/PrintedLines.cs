using System.Collections.Concurrent;
using System.Text;

namespace AspirePaxos.Tests.Launcher;

/// <summary>What was printed, readable while more is being printed.</summary>
internal sealed class PrintedLines : TextWriter
{
    private readonly ConcurrentQueue<string> lines = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void WriteLine(string? value) => lines.Enqueue(value ?? "");

    public bool Contain(string text) => Text.Contains(text, StringComparison.Ordinal);

    public string Text => string.Join('\n', lines);
}
