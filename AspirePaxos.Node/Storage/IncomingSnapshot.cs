using System.Buffers.Binary;
using System.Security.Cryptography;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Storage;

/// <summary>
/// The snapshot being fetched, as far as it has come: <c>incoming.part</c>, a header that says which one it is, then its bytes. A restart
/// goes on where it ends. Whatever a crash made of it, the checksum over the whole decides.
/// </summary>
internal sealed class IncomingSnapshot(string directory) : IDisposable
{
    public const string FileName = "incoming.part";
    private const int HeaderSize = 40;
    private const int PieceSize = 64 << 10;

    private readonly string path = Path.Combine(directory, FileName);
    private FileStream? file;
    private SnapshotId id;

    /// <returns>What an earlier process fetched and the next can go on from; anything else is deleted.</returns>
    public PartialSnapshot? Find(long appliedIndex)
    {
        if (!File.Exists(path)) return null;
        file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        var header = new byte[HeaderSize];
        var offset = file.Length - HeaderSize;
        if (offset > 0 && file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) == HeaderSize && header.AsSpan(0, 8).SequenceEqual(Magic))
        {
            id = new SnapshotId(
                BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(8)), BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(16)), BinaryPrimitives.ReadUInt128BigEndian(header.AsSpan(24)));
            if (id.Slot > appliedIndex && offset < id.Length)
            {
                file.Seek(0, SeekOrigin.End);
                return new PartialSnapshot(id, offset);
            }
        }

        Delete();
        return null;
    }

    /// <returns>False: the part belongs to what was given up.</returns>
    public bool Append(SnapshotPart part)
    {
        if (part.Offset == 0) Begin(part.Id);
        if (file is null || part.Id != id) return false;
        if (file.Position != HeaderSize + part.Offset) throw new InvalidDataException($"byte {part.Offset} comes after byte {file.Position - HeaderSize}.");
        file.Write(part.Data.Span);
        return true;
    }

    /// <summary>All of it, checked.</summary>
    /// <exception cref="InvalidDataException">Not what its id says.</exception>
    public StoreSnapshot Read(string clusterId)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in Pieces()) hash.AppendData(piece.Span);
        if (file!.Position != HeaderSize + id.Length || ServedSnapshot.Checksum(hash) != id.Checksum) throw new InvalidDataException("it does not match its checksum.");
        var snapshot = StoreSnapshot.Decode(Pieces(), clusterId);
        return snapshot.Position.AppliedIndex == id.Slot
            ? snapshot
            : throw new InvalidDataException($"it holds the state after slot {snapshot.Position.AppliedIndex}.");
    }

    public void Delete()
    {
        file?.Dispose();
        file = null;
        File.Delete(path);
    }

    /// <summary>After a failure: the file goes if it can.</summary>
    public void Abandon()
    {
        try
        {
            Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next attempt overwrites it.
        }
    }

    public void Dispose() => file?.Dispose();

    private static ReadOnlySpan<byte> Magic => "PXSNAP01"u8;

    private void Begin(SnapshotId next)
    {
        file?.Dispose();
        file = null;
        id = next;
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(8), id.Slot);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(16), id.Length);
        BinaryPrimitives.WriteUInt128BigEndian(header.AsSpan(24), id.Checksum);
        file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        file.Write(header);
    }

    private IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        var piece = new byte[PieceSize];
        file!.Seek(HeaderSize, SeekOrigin.Begin);
        while (file.Read(piece) is > 0 and var read) yield return piece.AsMemory(0, read);
    }
}
