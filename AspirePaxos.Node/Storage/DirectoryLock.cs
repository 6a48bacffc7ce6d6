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
        catch (IOException e) when (IsHeld(e))
        {
            throw new StorageException($"The data directory {directory} is used by another process ({e.Message}): stop that one, or set Paxos:DataDirectory to another.", e);
        }
        catch (IOException e)
        {
            throw new StorageException($"{path} cannot be written: {e.Message} Free space on its disk, or set Paxos:DataDirectory to a directory that can be written.", e);
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>Another's lock, and not a full disk or a read-only file system: EAGAIN of Linux and macOS, or Windows' sharing violation.</summary>
    private static bool IsHeld(IOException failure) => failure.HResult is 11 or 35 or unchecked((int)0x80070020);
}
