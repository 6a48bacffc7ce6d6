using System.Text;
using AspirePaxos.Web.Components;
using AspirePaxos.Web.Components.Keys;
using CsCheck;

namespace AspirePaxos.Tests.Web;

public sealed class ValueTextTests
{
    [Theory]
    [InlineData("hello", ValueFormat.Text)]
    [InlineData("two\nlines\tand a tab", ValueFormat.Text)]
    [InlineData("😀 ü", ValueFormat.Text)]
    [InlineData("", ValueFormat.Text)]
    [InlineData("a text box drops the\r\nreturn", ValueFormat.Base64)]
    [InlineData("NUL \0", ValueFormat.Base64)]
    [InlineData("written \u202Ebackwards", ValueFormat.Base64)]
    public void A_value_is_text_where_a_text_box_keeps_it(string value, object format) =>
        Assert.Equal(format, ValueText.Of(Encoding.UTF8.GetBytes(value)).Format);

    [Fact]
    public void What_is_shown_stands_for_the_same_bytes() => Gen.Byte.Array[0, 20].Sample(value =>
    {
        var (text, format) = ValueText.Of(value);
        return ValueText.Bytes(text, format, out _)!.SequenceEqual(value);
    });

    [Fact]
    public void Changing_the_format_keeps_the_bytes_or_refuses()
    {
        var text = "hi";
        Assert.True(ValueText.TryConvert(ref text, ValueFormat.Text, ValueFormat.Base64, out _));
        Assert.Equal("aGk=", text);
        Assert.True(ValueText.TryConvert(ref text, ValueFormat.Base64, ValueFormat.Text, out _));
        Assert.Equal("hi", text);
        text = "/w==";
        Assert.False(ValueText.TryConvert(ref text, ValueFormat.Base64, ValueFormat.Text, out var problem));
        Assert.Equal("/w==", text);
        Assert.NotEmpty(problem);
        text = "\uD83D";
        Assert.False(ValueText.TryConvert(ref text, ValueFormat.Text, ValueFormat.Base64, out _));
    }

    [Fact]
    public void A_short_text_has_whole_characters() =>
        Gen.String.SelectMany(text => Gen.Int[2, 10].Select(length => (text, length))).Sample(sample =>
            Readable.Short("😀" + sample.text, sample.length).Length <= sample.length);

    [Fact]
    public void A_short_text_does_not_end_in_half_a_character() => Assert.Equal("a…", Readable.Short("a😀b", 3));
}
