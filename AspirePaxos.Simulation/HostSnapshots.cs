using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>The snapshot files of one process: the one it serves to others, and the one it fetches.</summary>
internal sealed class HostSnapshots(Process process)
{
    private const int PartSize = 300;
    private (SnapshotId Id, byte[] Bytes)? served;

    public void Answer(SnapshotRead read)
    {
        var current = served;
        var useful = current is { } kept && (kept.Id.Slot == read.Slot || kept.Id.Slot >= process.Replica.TruncatedThrough) && kept.Id.Slot > read.Above;
        if (!useful) current = served = Make();
        var (id, bytes) = current!.Value;
        var offset = read.Slot == id.Slot && read.Offset < id.Length ? read.Offset : 0;
        var size = Math.Min(bytes.Length - (int)offset, Math.Max(PartSize, bytes.Length / 4));
        process.Replica.AnswerSnapshot(read.Query, id, offset, bytes.AsMemory((int)offset, size));
    }

    /// <returns>The whole snapshot, checked; null as long as parts are missing, or where it is refused.</returns>
    public StoreSnapshot? Keep(SnapshotPart part)
    {
        var disk = process.Host.Disk;
        if (part.Offset == 0) disk.Fetched = new FetchedSnapshot(part.Id, []);
        var fetched = disk.Fetched ?? throw new SimulationException($"{process.Host.Node} goes on with a snapshot from byte {part.Offset}, of which it has nothing");
        if (fetched.Id != part.Id || fetched.Bytes.Count != part.Offset)
        {
            throw new SimulationException($"{process.Host.Node} goes on with {part.Id} from byte {part.Offset}; it has {fetched.Bytes.Count} bytes of {fetched.Id}");
        }

        fetched.Bytes.AddRange(part.Data.Span);
        if (!part.IsLast) return null;
        var bytes = fetched.Bytes.ToArray();
        disk.Fetched = null;
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

/// <param name="Bytes">From the first on.</param>
internal sealed record FetchedSnapshot(SnapshotId Id, List<byte> Bytes);
