namespace AspirePaxos.Launcher;

/// <summary>What a resource wrote: all of it in a file, the end of it in memory.</summary>
internal sealed class ResourceLog : IDisposable
{
    private const int Kept = 2_000;

    private readonly Lock turn = new();
    private readonly Queue<string> lines = new();
    private readonly StreamWriter file;

    public ResourceLog(string path)
    {
        Path = path;
        file = new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };
    }

    public string Path { get; }

    public void Add(string line)
    {
        lock (turn)
        {
            lines.Enqueue(line);
            if (lines.Count > Kept) lines.Dequeue();
            file.WriteLine(line);
        }
    }

    public string[] Last(int count = Kept)
    {
        lock (turn) return [.. lines.TakeLast(count)];
    }

    public void Dispose()
    {
        lock (turn) file.Dispose();
    }
}
