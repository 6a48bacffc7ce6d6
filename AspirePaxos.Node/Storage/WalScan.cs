using System.Buffers.Binary;

namespace AspirePaxos.Node.Storage;

/// <summary>
/// Looks for damage in the write-ahead log before SQLite opens it. SQLite takes the first frame that is not sound for the end, and drops
/// it and everything after it without a word: after a crash that is right, but a flipped bit would take back promises that were told.
/// </summary>
/// <remarks>
/// <para>
/// The format is that of sqlite.org/fileformat2.html#walformat. A frame is sound if it carries the header's salts, and the checksum that
/// runs from the header through all frames up to it. The log is reused from the start after a checkpoint, with new salts; so frames with
/// other salts follow the last one legally, and mean nothing.
/// </para>
/// <para>
/// What may a power cut leave? A transaction is synced before the next one begins. So only the last one can be unsynced, and of that any
/// sectors may be there and any not. Hence this rule: the frames after the last sound commit may be the remains of one transaction; where
/// they cannot be, what is missing was synced once, and that is damage. They cannot be one transaction if a frame follows one that commits,
/// or if a page comes twice, since a transaction writes a page once (nothing spills: PRAGMA cache_spill), and any two of ours have the
/// acceptor's page in common (<see cref="DatabaseWriter"/>). Remains of a transaction that a crash cut off are gone before another one is
/// written, since the log is emptied at every start (<see cref="PaxosDatabase"/>).
/// </para>
/// <para>
/// A frame belongs to these if it has the salts, or has not but continues the running checksum of one that belongs: then its salts are
/// what was hit. Its page number and commit mark are believed though its checksum is wrong. They would mislead where a power cut tore
/// just that header between them and the salts, which a sector boundary does at one frame in 64, over an older frame, and later frames
/// got through. Such a log is refused although it is legal: a replica refused can be recovered, a promise forgotten cannot.
/// </para>
/// <para>
/// The header is written and synced before the first frame, and lies within one sector: one that is not sound with frames after it is
/// damage. So is a log without a database, which SQLite would delete. What cannot be noticed here: damage to the very last transaction,
/// which looks like a torn one, and a tail that is gone altogether.
/// </para>
/// </remarks>
internal sealed class WalScan
{
    private const int HeaderSize = 32, FrameHeaderSize = 24, SaltOffset = 16, SaltSize = 8;
    private const uint Magic = 0x377f0682, Version = 3007000;

    private readonly string path;
    private readonly FileStream file;
    private readonly byte[] header = new byte[HeaderSize];
    private readonly HashSet<uint> pages = [];
    private bool bigEndian;

    private WalScan(string path, FileStream file)
    {
        this.path = path;
        this.file = file;
    }

    /// <param name="databasePath">Of the database; its log is beside it, or is not there.</param>
    /// <exception cref="StorageException">What was synced once is not there any more.</exception>
    public static void Check(string databasePath)
    {
        var path = databasePath + "-wal";
        if (!File.Exists(path)) return;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16, FileOptions.SequentialScan);
        if (file.Length <= HeaderSize) return;
        var database = new FileInfo(databasePath);
        if (!database.Exists || database.Length == 0) throw Damaged(path, $"it holds data, but {databasePath} is {(database.Exists ? "empty" : "not there")}");
        new WalScan(path, file).Run();
    }

    private void Run()
    {
        file.ReadExactly(header);
        var magic = Word(header, 0);
        bigEndian = (magic & 1) != 0;
        var running = Sum((0, 0), header.AsSpan(0, 24));
        if ((magic & ~1u) != Magic || Word(header, 4) != Version || running != (Word(header, 24), Word(header, 28)))
        {
            throw Damaged(path, "its header does not match its checksum, but frames follow it");
        }

        var frame = new byte[FrameHeaderSize + (int)Word(header, 8)];
        var (belongs, committed, unsound) = (true, false, 0);
        for (var number = 1; file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length; number++)
        {
            var (page, commit) = (Word(frame, 0), Word(frame, 4) != 0);
            var expected = Sum(Sum(running, frame.AsSpan(0, 8)), frame.AsSpan(FrameHeaderSize));
            running = (Word(frame, 16), Word(frame, 20));
            var salted = frame.AsSpan(8, SaltSize).SequenceEqual(header.AsSpan(SaltOffset, SaltSize));
            belongs = salted || (belongs && expected == running);
            if (unsound == 0 && !(salted && expected == running)) unsound = number;
            if (!belongs) continue;

            // A power cut may leave a header without its beginning where there was nothing before.
            var twice = page != 0 && !pages.Add(page);
            if (unsound > 0 && (committed || twice)) throw Damaged(path, $"frame {unsound} does not match its checksum, but frame {number} was written after it had been synced");
            if (unsound > 0) committed |= commit;
            else if (commit) pages.Clear();
        }
    }

    /// <summary>Two words that run through everything: s0 += x0 + s1, s1 += x1 + s0.</summary>
    private (uint, uint) Sum((uint, uint) running, ReadOnlySpan<byte> bytes)
    {
        var (s0, s1) = running;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            unchecked
            {
                s0 += (bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes)) + s1;
                s1 += (bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..])) + s0;
            }
        }

        return (s0, s1);
    }

    private static uint Word(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(offset));

    private static StorageException Damaged(string path, string what) =>
        new($"{path} is damaged: {what}. Keep a copy of the directory and treat this replica as lost; it must not be started again from this file.");
}
