using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>The snapshot files of one process: the one it serves to others, and the one it fetches.</summary>
internal sealed class HostSnapshots(Process process)
{
    private const int PartSize = 300;
    private (SnapshotId Id, byte[] Bytes)? served;
    private readonly List<byte> fetched = [];

    public void Answer(SnapshotRead read)
    {
        var current = served;
        if (current is null || (read.Slot != current.Value.Id.Slot && current.Value.Id.Slot < process.Replica.TruncatedThrough)) current = served = Make();
        var (id, bytes) = current.Value;
        var offset = read.Slot == id.Slot && read.Offset < id.Length ? read.Offset : 0;
        var size = Math.Min(bytes.Length - (int)offset, Math.Max(PartSize, bytes.Length / 4));
        process.Replica.AnswerSnapshot(read.Query, id, offset, bytes.AsMemory((int)offset, size));
    }

    /// <returns>The whole snapshot, checked; null as long as parts are missing, or where it is refused.</returns>
    public StoreSnapshot? Keep(SnapshotPart part)
    {
        if (part.Offset == 0) fetched.Clear();
        fetched.AddRange(part.Data.Span);
        if (!part.IsLast) return null;
        var bytes = fetched.ToArray();
        if (bytes.Length == part.Id.Length && KeyValueStore.Checksum(bytes) == part.Id.Checksum) return StoreSnapshot.Decode([bytes], process.Replica.ClusterId);
        process.Replica.RefuseSnapshot();
        return null;
    }

    private (SnapshotId, byte[]) Make()
    {
        using var bytes = new MemoryStream();
        var snapshot = process.Store.Capture();
        foreach (var piece in snapshot.Encode(process.Replica.ClusterId)) bytes.Write(piece.Span);
        var all = bytes.ToArray();
        return (new SnapshotId(snapshot.Position.AppliedIndex, all.Length, KeyValueStore.Checksum(all)), all);
    }
}
