using System.Text;
using System.Text.RegularExpressions;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Cli.Commands;
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

    [Fact]
    public void A_long_value_is_cut_rather_than_that()
    {
        var listing = new Listing("KEY", "REVISION", "VALUE") { Elastic = "VALUE" }.Row("a", 10, new string('x', 99)).Row("b", 9, "größe 漢字漢字漢字漢字漢字漢字");

        Assert.Equal("""
            KEY  REVISION  VALUE
            a          10  xxxxxxxxxxxxxxxxxxxxxxxx…
            b           9  größe 漢字漢字漢字漢字漢…
            """, OnTerminal(listing, 40));
    }

    [Fact]
    public void What_is_piped_has_all_columns_and_ends_with_the_last()
    {
        using var output = new MemoryStream();
        using var screen = new Screen(output, null, TextWriter.Null, null, colours: false);
        var large = new string('x', 2_000_000);

        new Listing("KEY", "REVISION", "VALUE") { Elastic = "VALUE", Dispensable = ["REVISION"] }.Row("long", 9, large).Row("漢", 10, "1").WriteTo(screen);
        screen.Flush();

        new Listing("KEY", "FAILED").Row("a", 1).WriteTo(screen);
        screen.Flush();

        Assert.Equal($"KEY   REVISION  VALUE\nlong         9  {large}\n漢          10  1\nKEY  FAILED\na         1\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public void A_terminal_may_change_its_width()
    {
        using var output = new MemoryStream();
        var columns = 40;
        using var screen = new Screen(output, columns, TextWriter.Null, null, colours: false, () => columns);

        columns = 10;
        new Listing("KEY", "SIZE", "WHERE") { Dispensable = ["WHERE"] }.Row("a", 10, "here").WriteTo(screen);

        Assert.Equal(["KEY  SIZE", "a      10"], Plain(screen, output).Split(Environment.NewLine));
    }

    [Fact]
    public void The_status_is_a_table_in_half_a_terminal_too()
    {
        using var output = new MemoryStream();
        using var screen = new Screen(output, 40, TextWriter.Null, null, colours: false);
        NodeReport[] reports = [Report("node0", "leader"), Report("node1", "follower"), Report("node2", "follower")];

        screen.Out.Write(StatusCommand.View(reports, screen.Width));

        Assert.Equal("""
            NODE   ROLE      COMMIT  LAG  READY
            node0  leader    123456    0  yes
            node1  follower  123456    0  yes
            node2  follower  123456    0  yes

            3 of 3 nodes ready; node0 leads
            """, Plain(screen, output));

        static NodeReport Report(string name, string role) => new(
            new NodeAddress(name, new Uri($"http://{name}:8080")),
            new NodeStatus(name, "c", "multi", role, "node0", new(12, "node0"), 123456, 123456, 123456, 0, 123456, 1000, true, 1, "1", new(1, 1, 1), "h", 0, 1),
            null,
            []);
    }

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
        return Plain(screen, output);
    }

    private static string OnTerminal(Listing listing, int width)
    {
        using var output = new MemoryStream();
        using var screen = new Screen(output, width, TextWriter.Null, null, colours: false);
        listing.WriteTo(screen);
        return Plain(screen, output);
    }

    private static string Plain(Screen screen, MemoryStream output)
    {
        screen.Flush();
        var lines = Escape().Replace(Encoding.UTF8.GetString(output.ToArray()), "").Split('\n').Select(line => line.TrimEnd());
        return string.Join(Environment.NewLine, lines).TrimEnd();
    }

    [GeneratedRegex("\u001b\\[[0-9;]*m")]
    private static partial Regex Escape();
}
