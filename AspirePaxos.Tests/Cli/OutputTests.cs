using System.Text;
using System.Text.RegularExpressions;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Tests.Cli;

public sealed partial class OutputTests
{
    [Fact]
    public void A_listing_that_fits_is_a_table() =>
        Assert.Equal("""
            KEY   SIZE  WHERE
            a       10  here
            long     9  there
            """, Written(40));

    [Fact]
    public void One_that_does_not_fit_loses_what_it_can_do_without() =>
        Assert.Equal("""
            KEY   SIZE
            a       10
            long     9
            """, Written(12));

    [Fact]
    public void And_where_that_is_not_enough_each_row_is_a_block() =>
        Assert.Equal("""
            KEY    a
            SIZE   10
            WHERE  here

            KEY    long
            SIZE   9
            WHERE  there
            """, Written(9, 30));

    [Theory]
    [InlineData("a\tb\r\n", "a\\tb\\r\\n")]
    [InlineData("\u001b[31mred", "\\u001b[31mred")]
    [InlineData("a\u202Eb", "a\\u202eb")]
    [InlineData("größe 🙂", "größe 🙂")]
    public void Text_of_a_cluster_moves_no_cursor(string text, string shown) => Assert.Equal(shown, Shown.Text(text));

    [Theory]
    [InlineData("abcd", 4, "abcd")]
    [InlineData("abcde", 4, "abc…")]
    [InlineData("ab🙂de", 4, "ab…")]
    public void What_is_cut_is_marked_and_no_character_halved(string text, int length, string shown) => Assert.Equal(shown, Shown.Short(text, length));

    [Fact]
    public void Bytes_that_are_no_text_are_shown_as_digits() => Assert.Equal("0xff00", Shown.Value([0xff, 0]));

    private static string Written(int fits, int? terminal = null)
    {
        using var output = new MemoryStream();
        using var screen = new Screen(output, terminal ?? fits, TextWriter.Null, null, colours: false);
        var listing = new Listing("KEY", "SIZE", "WHERE") { Dispensable = ["WHERE"] }.Row("a", 10, "here").Row("long", 9, "there");
        screen.Out.Write(listing.For(fits));
        screen.Flush();
        var lines = Escape().Replace(Encoding.UTF8.GetString(output.ToArray()), "").Split('\n').Select(line => line.TrimEnd());
        return string.Join(Environment.NewLine, lines).TrimEnd();
    }

    [GeneratedRegex("\u001b\\[[0-9;]*m")]
    private static partial Regex Escape();
}
