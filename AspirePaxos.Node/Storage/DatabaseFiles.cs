namespace AspirePaxos.Node.Storage;

/// <summary>The files of a replica's database, as others than its owner see them.</summary>
internal static class DatabaseFiles
{
    /// <summary>Bytes of the database and of its write-ahead log. Asks the file system.</summary>
    /// <returns>Null where a file is not there, or cannot be seen.</returns>
    public static (long? Database, long? Wal) Sizes(string directory)
    {
        var path = Path.Combine(directory, PaxosDatabase.FileName);
        return (Length(path), Length(path + "-wal"));
    }

    private static long? Length(string path)
    {
        try
        {
            return new FileInfo(path).Length;
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
