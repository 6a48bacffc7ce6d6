using System.Buffers.Binary;
using System.Numerics;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Storage;

/// <summary>CRC-32C of a row, so that what the disk changed is noticed instead of believed.</summary>
internal struct Checksum()
{
    private uint crc = uint.MaxValue;

    public readonly long Value => ~crc;

    public Checksum Add(long value)
    {
        crc = BitOperations.Crc32C(crc, (ulong)value);
        return this;
    }

    /// <summary>The length goes in too: "ab" + "c" and "a" + "bc" differ.</summary>
    public Checksum Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var one in bytes) crc = BitOperations.Crc32C(crc, one);
        return this;
    }

    public Checksum Add(Ballot ballot) => Add(ballot.Number).Add(System.Text.Encoding.UTF8.GetBytes(ballot.Node.Name));
}
