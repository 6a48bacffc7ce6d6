using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AspirePaxos.KeyValue;

/// <summary>
/// H(s) = hash(H(s−1), s, time, commands, results, changed rows): two replicas with the same hash after a slot did the same in every slot up
/// to it (rule 14). Every part goes in with its length. Not thread-safe.
/// </summary>
internal sealed class HashChain
{
    private readonly ArrayBufferWriter<byte> buffer = new(4_096);

    public UInt128 Next(
        UInt128 previous, long slot, long stamp, IReadOnlyList<ReadOnlyMemory<byte>> commands, StoreResult[] results, List<RowChange> changes)
    {
        buffer.ResetWrittenCount();
        Add(previous);
        Add(slot);
        Add(stamp);
        Add(commands.Count);
        for (var i = 0; i < results.Length; i++)
        {
            Add(commands[i].Span);
            Add((long)results[i].Status);
            Add(results[i].Revision);
            Add(results[i].Slot);
        }

        foreach (var change in changes) Add(change);
        return IdempotencyTable.Hash(buffer.WrittenSpan);
    }

    private void Add(RowChange change)
    {
        switch (change)
        {
            case EntryRow row:
                Add(row.Key);
                Add(row.Entry?.Revision ?? -1);
                Add(row.Entry?.CreatedRevision ?? -1);
                Add(row.Entry is { } entry ? entry.Value.Span : default);
                break;
            case IdempotencyRow row:
                Add(row.KeyHash);
                Add(row.Remembered?.RequestHash ?? 0);
                Add(row.Remembered?.LogTime ?? -1);
                Add(row.Remembered?.Order ?? -1);
                break;
        }
    }

    private void Add(long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(buffer.GetSpan(sizeof(long)), number);
        buffer.Advance(sizeof(long));
    }

    private void Add(UInt128 number)
    {
        BinaryPrimitives.WriteUInt128BigEndian(buffer.GetSpan(16), number);
        buffer.Advance(16);
    }

    private void Add(string text)
    {
        Add(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, buffer);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        buffer.Write(bytes);
    }
}
