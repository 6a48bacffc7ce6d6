using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Json;

namespace AspirePaxos.Node.Storage;

/// <summary>
/// Takes the large values out of a batch, and puts them back: what is left, and each value's bytes, give the same bytes again. Not
/// thread-safe; what it returns holds until the next call.
/// </summary>
internal sealed class CommandCutter
{
    /// <summary>Bytes of a value from which on it is stored by itself: by reckoning, for a small one shares its pages with others.</summary>
    public const int Large = 1_024;

    /// <summary>Of a value's base64.</summary>
    private const int LargeText = (Large + 2) / 3 * 4;

    /// <summary>Of one value in front of what is left: which command's it was, and where its text stood in what is left.</summary>
    private const int PlaceSize = 2 * sizeof(int);

    private readonly List<Part> parts = [];
    private readonly ArrayBufferWriter<byte> rest = new(4_096);
    private byte[] values = [];

    /// <param name="Index">Of the command in its batch.</param>
    /// <param name="Start">Of its text in the batch.</param>
    private readonly record struct Part(int Index, int Start, int Length, int ValueStart, int ValueLength);

    /// <summary>Those that <see cref="Cut"/> found.</summary>
    public int Count => parts.Count;

    /// <summary>Whose it is: the index of the command in its batch.</summary>
    public int IndexOf(int part) => parts[part].Index;

    public ReadOnlySpan<byte> ValueOf(int part) => values.AsSpan(parts[part].ValueStart, parts[part].ValueLength);

    /// <param name="mostIndex">Values of commands beyond it stay.</param>
    /// <returns>What is left, with the places of what was taken out; the batch itself where nothing was.</returns>
    public ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> batch, int mostIndex)
    {
        parts.Clear();
        if (!MayHoldLarge(batch)) return batch;
        try
        {
            Find(batch, mostIndex);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No batch of ours: kept as it is.
            parts.Clear();
        }

        return parts.Count == 0 ? batch : Rest(batch);
    }

    /// <param name="rest">What <see cref="Cut"/> returned.</param>
    /// <param name="count">How many it found.</param>
    /// <param name="valueOf">By the index of its command.</param>
    /// <exception cref="FormatException">The places are none.</exception>
    public static byte[] Join(ReadOnlySpan<byte> rest, long count, Func<int, byte[]> valueOf)
    {
        if (count < 0 || count > rest.Length / PlaceSize) throw new FormatException("A command has more large values than bytes.");
        var places = rest[..((int)count * PlaceSize)];
        var text = rest[places.Length..];
        var joined = new ArrayBufferWriter<byte>(text.Length + ((int)count * LargeText) + 1);
        var done = 0;
        for (; !places.IsEmpty; places = places[PlaceSize..])
        {
            var place = BinaryPrimitives.ReadInt32BigEndian(places[sizeof(int)..]);
            if (place < done || place > text.Length) throw new FormatException("The place of a large value is outside its command.");
            joined.Write(text[done..place]);
            done = place;
            var value = valueOf(BinaryPrimitives.ReadInt32BigEndian(places));
            Base64.EncodeToUtf8(value, joined.GetSpan(Base64.GetMaxEncodedToUtf8Length(value.Length)), out _, out var written);
            joined.Advance(written);
        }

        joined.Write(text[done..]);
        return joined.WrittenSpan.ToArray();
    }

    /// <summary>Text of that length without a quotation mark covers one of these positions: most batches are looked at in a few places only.</summary>
    private static bool MayHoldLarge(ReadOnlySpan<byte> batch)
    {
        for (var at = LargeText - 1; at < batch.Length; at += LargeText)
        {
            var length = batch[at..].IndexOf((byte)'"');
            if (length > 0 && at + length - (batch[..at].LastIndexOf((byte)'"') + 1) >= LargeText) return true;
        }

        return false;
    }

    private void Find(ReadOnlySpan<byte> batch, int mostIndex)
    {
        var reader = new Utf8JsonReader(batch);
        var index = -1;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isCommands = reader.ValueTextEquals("commands"u8);
            reader.Read();
            if (!isCommands || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (++index > mostIndex) return;
                if (reader.TokenType == JsonTokenType.StartObject) FindIn(ref reader, batch, index);
                else reader.Skip();
            }
        }
    }

    private void FindIn(ref Utf8JsonReader reader, ReadOnlySpan<byte> batch, int index)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isValue = reader.ValueTextEquals("value"u8);
            reader.Read();
            if (isValue && reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueSpan.Length >= LargeText)
            {
                Add(batch, index, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Where decoded and encoded again it is the same text; a command has one value.</summary>
    private void Add(ReadOnlySpan<byte> batch, int index, int start, int length)
    {
        if (length % 4 != 0 || (parts.Count > 0 && parts[^1].Index == index)) return;
        var from = parts.Count == 0 ? 0 : parts[^1].ValueStart + parts[^1].ValueLength;
        var most = length / 4 * 3;
        if (values.Length < from + most) Array.Resize(ref values, Math.Max(from + most, 2 * values.Length));
        var text = batch.Slice(start, length);
        var padding = text.EndsWith("=="u8) ? 2 : text.EndsWith("="u8) ? 1 : 0;
        // It skips blanks, and refuses bits that no value has.
        if (Base64.DecodeFromUtf8(text, values.AsSpan(from), out _, out var written) != OperationStatus.Done || written != most - padding) return;
        parts.Add(new Part(index, start, length, from, written));
    }

    private ReadOnlySpan<byte> Rest(ReadOnlySpan<byte> batch)
    {
        rest.ResetWrittenCount();
        var gone = 0;
        foreach (var part in parts)
        {
            var place = rest.GetSpan(PlaceSize);
            BinaryPrimitives.WriteInt32BigEndian(place, part.Index);
            BinaryPrimitives.WriteInt32BigEndian(place[sizeof(int)..], part.Start - gone);
            rest.Advance(PlaceSize);
            gone += part.Length;
        }

        var done = 0;
        foreach (var part in parts)
        {
            rest.Write(batch[done..part.Start]);
            done = part.Start + part.Length;
        }

        rest.Write(batch[done..]);
        return rest.WrittenSpan;
    }
}
