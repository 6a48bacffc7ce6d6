namespace AspirePaxos.Tests.Storage;

internal enum DiskOperationKind
{
    Create,
    Write,
    Truncate,
    Sync,
    Delete,

    /// <summary>None of the disk's: the test says that something was reported.</summary>
    Report,
}

/// <param name="Offset">Of a truncation the new length, of a report its number.</param>
internal sealed record DiskOperation(string File, DiskOperationKind Kind, long Offset, byte[] Bytes)
{
    public bool IsLog => File.EndsWith("-wal", StringComparison.Ordinal);
}

/// <summary>What SQLite does to the files of one directory from now on, and what of it fails.</summary>
internal sealed class FaultyDisk : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<DiskOperation> journal = [];

    public FaultyDisk(string directory)
    {
        Directory = directory;
        FaultyVfs.Add(directory, this);
    }

    public string Directory { get; }

    /// <summary>Files are opened for reading only, as on a file system that is mounted so.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>Asked before each operation; returns SQLite's result code, and may wait. The operation is recorded only if it is to succeed.</summary>
    public Func<DiskOperation, int>? Fault { get; set; }

    public IReadOnlyList<DiskOperation> Journal
    {
        get
        {
            lock (gate) return [.. journal];
        }
    }

    public int Do(DiskOperation operation)
    {
        var result = Fault?.Invoke(operation) ?? FaultyVfs.Ok;
        if (result != FaultyVfs.Ok) return result;
        lock (gate) journal.Add(operation);
        return result;
    }

    public void Report(int number) => Do(new DiskOperation("", DiskOperationKind.Report, number, []));

    public void Dispose() => FaultyVfs.Remove(Directory);
}
