using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Storage;

/// <summary>What of the writes since a file's last sync a power cut leaves.</summary>
internal enum Surviving
{
    Nothing,
    Everything,

    /// <summary>The first ones, the last of these cut at half a sector.</summary>
    Beginning,

    /// <summary>Any sectors of any.</summary>
    AnySectors,
}

/// <summary>A disk that keeps what was synced, and of the rest what it likes.</summary>
/// <remarks>A sector of 512 bytes is written whole or not at all in <see cref="Surviving.AnySectors"/>, as by disks; half of one in Beginning is worse than they do.</remarks>
internal sealed class CrashModel
{
    private const int Sector = 512;

    private readonly Dictionary<string, FileModel> files = [];

    /// <param name="directory">The files that are there are durable.</param>
    public CrashModel(string directory)
    {
        foreach (var path in Directory.GetFiles(directory, "paxos.db*")) files[Path.GetFileName(path)] = new FileModel { Durable = File.ReadAllBytes(path) };
    }

    public bool HasUnsynced => files.Values.Any(file => file.Unsynced.Count > 0);

    public void Apply(DiskOperation operation)
    {
        if (!files.TryGetValue(operation.File, out var file)) files[operation.File] = file = new FileModel();
        if (operation.Kind != DiskOperationKind.Sync)
        {
            file.Unsynced.Add(operation);
            return;
        }

        // SQLite syncs the directory together with a new journal or log.
        if (file.Unsynced.Any(unsynced => unsynced.Kind == DiskOperationKind.Create)) SyncDirectory();
        file.Durable = After(file.Durable, file.Unsynced);
        file.Unsynced.Clear();
    }

    /// <summary>Writes the files as they are after a power cut now.</summary>
    public void WriteTo(string directory, Surviving surviving, Prng random)
    {
        foreach (var (name, file) in files)
        {
            var bytes = After(file.Durable, surviving switch
            {
                Surviving.Nothing => [],
                Surviving.Everything => file.Unsynced,
                Surviving.Beginning => Beginning(file.Unsynced, random),
                _ => AnySectors(file.Unsynced, random),
            });
            if (bytes is not null) File.WriteAllBytes(Path.Combine(directory, name), bytes);
        }
    }

    /// <summary>Which files there are is durable, what is in them is not.</summary>
    private void SyncDirectory()
    {
        foreach (var file in files.Values)
        {
            var deleted = file.Unsynced.FindLastIndex(operation => operation.Kind == DiskOperationKind.Delete);
            if (deleted >= 0) file.Durable = null;
            file.Unsynced.RemoveRange(0, deleted + 1);
            if (file.Unsynced.RemoveAll(operation => operation.Kind == DiskOperationKind.Create) > 0) file.Durable = [];
        }
    }

    private static IEnumerable<DiskOperation> Beginning(List<DiskOperation> unsynced, Prng random)
    {
        var whole = (int)random.Between(0, unsynced.Count + 1);
        foreach (var operation in unsynced.Take(whole)) yield return operation;
        if (whole == unsynced.Count || unsynced[whole].Kind != DiskOperationKind.Write) yield break;
        var torn = unsynced[whole];
        var end = random.Between(torn.Offset / (Sector / 2), ((torn.Offset + torn.Bytes.Length) / (Sector / 2)) + 1) * (Sector / 2);
        if (end > torn.Offset) yield return torn with { Bytes = torn.Bytes[..(int)Math.Min(torn.Bytes.Length, end - torn.Offset)] };
    }

    /// <summary>A sector is one decision, over all writes that touch it up to some moment: a later one does not survive without the earlier.</summary>
    private static IEnumerable<DiskOperation> AnySectors(List<DiskOperation> unsynced, Prng random)
    {
        var writesOfSector = new Dictionary<long, long>();
        for (var i = 0; i < unsynced.Count; i++)
        {
            var operation = unsynced[i];
            if (operation.Kind != DiskOperationKind.Write)
            {
                if (random.OneIn(2)) yield return operation;
                continue;
            }

            for (var from = operation.Offset; from < operation.Offset + operation.Bytes.Length;)
            {
                var sector = from / Sector;
                var to = Math.Min((sector + 1) * Sector, operation.Offset + operation.Bytes.Length);
                if (!writesOfSector.TryGetValue(sector, out var lastWrite))
                {
                    writesOfSector[sector] = lastWrite = random.OneIn(2) ? int.MaxValue : random.OneIn(2) ? -1 : random.Between(0, unsynced.Count);
                }

                if (i <= lastWrite) yield return new DiskOperation(operation.File, operation.Kind, from, operation.Bytes[(int)(from - operation.Offset)..(int)(to - operation.Offset)]);
                from = to;
            }
        }
    }

    /// <returns>Null: there is no such file.</returns>
    private static byte[]? After(byte[]? before, IEnumerable<DiskOperation> operations)
    {
        var bytes = before;
        foreach (var operation in operations)
        {
            switch (operation.Kind)
            {
                case DiskOperationKind.Create:
                    bytes = [];
                    break;
                case DiskOperationKind.Delete:
                    bytes = null;
                    break;
                case DiskOperationKind.Truncate:
                    Array.Resize(ref bytes, (int)operation.Offset);
                    break;
                default:
                    // Never in place: the durable bytes are kept.
                    var changed = new byte[Math.Max(bytes?.Length ?? 0, operation.Offset + operation.Bytes.Length)];
                    bytes?.CopyTo(changed, 0);
                    operation.Bytes.CopyTo(changed, operation.Offset);
                    bytes = changed;
                    break;
            }
        }

        return bytes;
    }

    private sealed class FileModel
    {
        public byte[]? Durable { get; set; }

        public List<DiskOperation> Unsynced { get; } = [];
    }
}
