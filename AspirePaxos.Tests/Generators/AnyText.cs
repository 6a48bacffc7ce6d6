using System.Text;
using CsCheck;

namespace AspirePaxos.Tests.Generators;

/// <summary>Texts that break careless encoders and comparers.</summary>
internal static class AnyText
{
    private static readonly Gen<int> edges = Gen.OneOf(
        0, '\t', '\n', '\r', ' ', '"', '%', '&', '+', '/', ':', ';', '=', '\\', 'a', 'b', '~', 0x7f, 0x80, 0x7ff, 0x800, 0x2028, 0xd7ff, 0xe000, 0xfeff, 0xffff, 0x10000, 0x10ffff);

    private static readonly Gen<Rune> character = Gen.OneOf(edges, Gen.Int[' ', '~'], Gen.Int[0, 0xd7ff], Gen.Int[0xe000, 0x10ffff]).Select(point => new Rune(point));

    /// <summary>Whole characters, those at the edges of encodings more often.</summary>
    public static readonly Gen<string> Whole = character.Array[0, 12].Select(characters => string.Concat(characters));

    /// <summary>A few texts that meet again and again, and are prefixes of one another.</summary>
    public static readonly Gen<string> OfFew = Gen.OneOf(Gen.OneOf(0, 'a', 'b', '/', 0x80, 0xffff, 0x1f600).Select(point => new Rune(point).ToString()).Array[1, 2].Select(string.Concat));

    /// <summary>Any UTF-16 units, halves of surrogate pairs among them.</summary>
    public static readonly Gen<string> Broken = Gen.OneOf(Gen.OneOf('\ud800', '\udbff', '\udc00', '\udfff', 'a', '\uffff', '%', '='), Gen.Char).Array[0, 8].Select(units => new string(units));

    public static readonly Gen<byte[]> Bytes = Gen.OneOf(Gen.Byte.Array[0, 40], Whole.Select(Encoding.UTF8.GetBytes));
}
