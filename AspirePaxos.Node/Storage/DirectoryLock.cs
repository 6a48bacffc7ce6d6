namespace AspirePaxos.Node.Storage;

/// <summary>One process at a time uses a data directory; the lock ends with the process, however that ends.</summary>
internal sealed class DirectoryLock : IDisposable
{
    public const string FileName = "paxos.lock";

    private readonly FileStream file;

    private DirectoryLock(FileStream file) => this.file = file;

    /// <exception cref="StorageException">In use, or not writable.</exception>
    public static DirectoryLock Take(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The data directory {directory} cannot be made: {e.Message} Set Paxos:DataDirectory to one that can be written.", e);
        }

        var path = Path.Combine(directory, FileName);
        try
        {
            return new DirectoryLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageException($"The data directory {directory} cannot be written: {e.Message} Set Paxos:DataDirectory to one that can.", e);
        }
        catch (IOException e)
        {
            throw new StorageException($"The data directory {directory} is used by another process ({e.Message}): stop that one, or set Paxos:DataDirectory to another.", e);
        }
    }

    public void Dispose() => file.Dispose();
}
