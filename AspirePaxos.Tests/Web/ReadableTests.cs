using AspirePaxos.Web.Components;
using CsCheck;

namespace AspirePaxos.Tests.Web;

public sealed class ReadableTests
{
    private static readonly char[] characters =
        [' ', '\\', 'n', 'u', '0', '2', 'a', '\n', '\t', '\u00A0', '\u00AD', '\u200B', '\u200D', '\u200E', '\u202E', '\u2800', '\u3000', '\u3164', '\uFE0F', '\uD83D', '\uDE00', '\uDB40', '\uDC20'];

    private static readonly Gen<char> awkward = Gen.Int[0, characters.Length - 1].Select(i => characters[i]);

    [Theory]
    [InlineData("users/42.name", "users/42.name")]
    [InlineData("two words, ü 😀", "two words, ü 😀")]
    [InlineData("a\nb", @"a\nb")]
    [InlineData(@"a\nb", @"a\\nb")]
    [InlineData(" ", @"\u0020")]
    [InlineData(" a  b ", @"\u0020a \u0020b\u0020")]
    [InlineData("a\u00A0b", @"a\u00a0b")]
    [InlineData("\u200Ea\u200F", @"\u200ea\u200f")]
    [InlineData("soft\u00ADhyphen", @"soft\u00adhyphen")]
    [InlineData("\u3164", @"\u3164")]
    [InlineData("\U000E0041", @"\U000e0041")]
    public void A_line_shows_every_character(string text, string line) => Assert.Equal(line, Readable.Line(text));

    [Fact]
    public void Bytes_in_base64_are_no_text_that_looks_like_them()
    {
        Assert.Equal("base64 /wAB", Readable.Value([0xFF, 0x00, 0x01], 60));
        Assert.Equal(@"base64\u0020/wAB", Readable.Value("base64 /wAB"u8, 60));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_escaped() => Assert.Equal(@"a\ud83d", Readable.Line("a\uD83D"));

    [Theory]
    [InlineData("{\n  \"a\": 1,\n\t\"b\":  2\n}", true)]
    [InlineData("", true)]
    [InlineData(@"a\nb", true)]
    [InlineData(" ", false)]
    [InlineData("a ", false)]
    [InlineData("a\u00A0b", false)]
    [InlineData("a\u200Eb", false)]
    public void A_text_box_shows_blanks_between_others_only(string text, bool seen) => Assert.Equal(seen, Readable.IsSeenInBox(text));

    [Fact]
    public void Different_texts_are_different_lines() => awkward.Array[0, 6].Select(awkward.Array[0, 6], (one, other) => (One: new string(one), Other: new string(other)))
        .Sample(texts => texts.One == texts.Other || Readable.Line(texts.One) != Readable.Line(texts.Other));

    [Fact]
    public void A_line_keeps_all_its_blanks_on_a_page() => awkward.Array[0, 12].Sample(text =>
    {
        var line = Readable.Line(new string(text));
        return line == line.Trim() && !line.Contains("  ", StringComparison.Ordinal);
    });
}
