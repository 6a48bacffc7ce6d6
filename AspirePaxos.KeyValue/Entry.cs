namespace AspirePaxos.KeyValue;

/// <param name="Revision">Of the last change of this key.</param>
/// <param name="CreatedRevision">Of the put that made it, after the last delete.</param>
public sealed record Entry(ReadOnlyMemory<byte> Value, long Revision, long CreatedRevision);

public readonly record struct KeyedEntry(string Key, Entry Entry);

/// <param name="More">There are keys after the last of these.</param>
public sealed record Page(IReadOnlyList<KeyedEntry> Entries, bool More, long Revision);
