using Microsoft.Data.Sqlite;

namespace AspirePaxos.Node.Storage;

/// <summary>What SQLite's result codes (sqlite.org/rescode.html) mean to who runs the replica.</summary>
internal static class DatabaseFailure
{
    private const int Busy = 5, Locked = 6, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NoDatabase = 26;

    public static StorageException ReadOnlyFile(string path) => new($"{path} {Meaning(ReadOnly)}");

    public static StorageException Of(string path, SqliteException failure) => new($"{path} {Meaning(failure.SqliteErrorCode)} ({failure.Message})", failure);

    private static string Meaning(int code) => code switch
    {
        Full => "cannot grow: the disk is full. Free space on it, then start this replica again; nothing that it acknowledged is lost.",
        ReadOnly => "cannot be written: the file or its file system is read-only. Make it writable for this user, then start again.",
        CannotOpen => "or its -wal file cannot be opened or made: check owner and permissions of the data directory, then start again.",
        IoError => "cannot be read or written: the disk or its file system reports an error. Check it before you start again.",
        Busy or Locked => "is open in another program: close that, then start again.",
        Corrupt or NoDatabase => "cannot be read: it is damaged. Keep a copy of the directory and treat this replica as lost.",
        _ => "cannot be used. It may be damaged; keep a copy of the directory, and report this.",
    };
}
