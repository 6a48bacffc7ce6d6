using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

public sealed class LaunchOptionsTests
{
    [Fact]
    public void Every_option_is_read_with_its_value_attached_or_apart()
    {
        var options = LaunchOptions.Parse(["--data", "here", "--port-base=9000", "--nodes", "5", "--fresh", "--no-console", "--manifest", "m.json"]);

        Assert.Equal("here", options.DataDirectory);
        Assert.Equal(9000, options.PortBase);
        Assert.Equal(5, options.Nodes);
        Assert.Equal("m.json", options.ManifestPath);
        Assert.True(options.Fresh);
        Assert.False(options.WithConsole);
        Assert.False(options.Help);
    }

    [Fact]
    public void Without_options_everything_is_as_the_manifest_says() => Assert.Equal(
        (null, null, null, null, false, true),
        (LaunchOptions.Parse([]).ManifestPath, LaunchOptions.Parse([]).DataDirectory, LaunchOptions.Parse([]).PortBase, LaunchOptions.Parse([]).Nodes, LaunchOptions.Parse([]).Fresh, LaunchOptions.Parse([]).WithConsole));

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_is_an_option(string option) => Assert.True(LaunchOptions.Parse([option]).Help);

    [Theory]
    [InlineData("--bogus", "Unknown option '--bogus'")]
    [InlineData("up", "Unknown option 'up'")]
    [InlineData("--fresh=yes", "Unknown option '--fresh=yes'")]
    [InlineData("--no-console=yes", "Unknown option '--no-console=yes'")]
    [InlineData("--data", "--data needs a value")]
    [InlineData("--data=", "--data needs a value")]
    [InlineData("--nodes=4", "3, 5 or 7")]
    [InlineData("--nodes=-3", "3, 5 or 7")]
    [InlineData("--port-base=80", "1024 to 65000")]
    [InlineData("--port-base=70000", "1024 to 65000")]
    [InlineData("--port-base=x", "1024 to 65000")]
    [InlineData("--publisher", "UseAspire=true")]
    public void A_wrong_command_line_says_what_is_right(string argument, string said)
    {
        var refused = Assert.Throws<LaunchRefusedException>(() => LaunchOptions.Parse([argument]));

        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.True(refused.WrongUsage);
    }
}
