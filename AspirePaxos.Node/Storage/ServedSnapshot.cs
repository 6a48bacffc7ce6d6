using System.Buffers.Binary;
using System.Security.Cryptography;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Storage;

/// <summary>A snapshot of this replica's own state, as a file.</summary>
internal sealed record ServedSnapshot(SnapshotId Id, string Path)
{
    /// <summary>Of these files, whole or not.</summary>
    public const string Pattern = "snapshot-*";

    /// <summary>Under another name until it is whole. It need not outlive this process, so nothing is synced.</summary>
    public static ServedSnapshot Write(string directory, StoreSnapshot state, string clusterId)
    {
        var slot = state.Position.AppliedIndex;
        var path = System.IO.Path.Combine(directory, $"snapshot-{slot}.jsonl");
        var partial = path + ".partial";
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long length = 0;
            using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                foreach (var piece in state.Encode(clusterId))
                {
                    file.Write(piece.Span);
                    hash.AppendData(piece.Span);
                    length += piece.Length;
                }
            }

            File.Move(partial, path, overwrite: true);
            return new ServedSnapshot(new SnapshotId(slot, length, Checksum(hash)), path);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    public byte[] Read(long offset, int limit)
    {
        using var file = File.OpenHandle(Path);
        var part = new byte[(int)Math.Min(limit, Id.Length - offset)];
        for (var read = 0; read < part.Length;)
        {
            var more = RandomAccess.Read(file, part.AsSpan(read), offset + read);
            if (more == 0) throw new EndOfStreamException($"{Path} is shorter than it was written.");
            read += more;
        }

        return part;
    }

    public void Delete() => File.Delete(Path);

    /// <summary>The same as <see cref="KeyValueStore.Checksum"/> of all that was added.</summary>
    public static UInt128 Checksum(IncrementalHash hash) => BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset());
}
