using System.Buffers;
using System.Text.Json;

namespace AspirePaxos.Tests.Fuzzing;

/// <summary>JSON as a tree that may hold what no JSON may: a name twice, a token that is none.</summary>
internal sealed class LooseJson
{
    private LooseJson()
    {
    }

    /// <summary>A name or a scalar, as it is written.</summary>
    public byte[]? Token { get; set; }

    public List<(byte[] Name, LooseJson Value)>? Fields { get; set; }

    public List<LooseJson>? Items { get; set; }

    public static LooseJson Of(ReadOnlySpan<byte> token) => new() { Token = token.ToArray() };

    public static LooseJson Array(params IEnumerable<LooseJson> items) => new() { Items = [.. items] };

    public static LooseJson Object(params IEnumerable<(byte[] Name, LooseJson Value)> fields) => new() { Fields = [.. fields] };

    public static LooseJson Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return Parse(ref reader, json);
    }

    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>This and everything in it.</summary>
    public IEnumerable<LooseJson> Nodes() => (Items ?? Fields?.Select(field => field.Value) ?? []).SelectMany(child => child.Nodes()).Prepend(this);

    public LooseJson Copy() => new()
    {
        Token = Token,
        Items = Items?.Select(item => item.Copy()).ToList(),
        Fields = Fields?.Select(field => (field.Name, field.Value.Copy())).ToList(),
    };

    /// <summary>Becomes a copy of another one.</summary>
    public void Become(LooseJson other)
    {
        var copy = other.Copy();
        (Token, Items, Fields) = (copy.Token, copy.Items, copy.Fields);
    }

    private void Write(ArrayBufferWriter<byte> buffer)
    {
        if (Token is not null)
        {
            buffer.Write(Token);
            return;
        }

        buffer.Write(Items is null ? "{"u8 : "["u8);
        for (var i = 0; i < (Items?.Count ?? Fields!.Count); i++)
        {
            if (i > 0) buffer.Write(","u8);
            if (Fields is not null)
            {
                buffer.Write(Fields[i].Name);
                buffer.Write(":"u8);
            }

            (Items?[i] ?? Fields![i].Value).Write(buffer);
        }

        buffer.Write(Items is null ? "}"u8 : "]"u8);
    }

    private static LooseJson Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                var array = Array();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) array.Items!.Add(Parse(ref reader, json));
                return array;
            case JsonTokenType.StartObject:
                var parsed = Object();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    byte[] name = [(byte)'"', .. reader.ValueSpan, (byte)'"'];
                    reader.Read();
                    parsed.Fields!.Add((name, Parse(ref reader, json)));
                }

                return parsed;
            default:
                return Of(json[(int)reader.TokenStartIndex..(int)reader.BytesConsumed]);
        }
    }
}
