using AspirePaxos.Simulation;

namespace AspirePaxos.Tests.Simulation;

public sealed class CommandLineTests
{
    [Fact]
    public void One_seed_is_a_single_run()
    {
        var line = Parse("--seed 7 --steps 900 --trace --without crashes,loss --clients 2");

        Assert.True(line.IsSingle);
        Assert.True(line.Trace);
        Assert.Equal("--seed 7 --steps 900 --without crashes,loss --clients 2", line.First.ToString());
    }

    [Theory]
    [InlineData("--minutes 30 --seed 12")]
    [InlineData("--minutes 30 --from 12")]
    [InlineData("--seeds 5 --seed 12")]
    public void Minutes_and_seeds_start_from_the_seed_given(string text)
    {
        var line = Parse(text);

        Assert.False(line.IsSingle);
        Assert.Equal(12ul, line.First.Seed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    public void Nothing_at_all_asks_for_help(string text) => Assert.True(Parse(text).WantsHelp);

    [Theory]
    [InlineData("--seed", "--seed wants a number")]
    [InlineData("--seed x", "--seed wants a number")]
    [InlineData("--seed -1", "--seed wants a number")]
    [InlineData("--minutes 0", "--minutes wants a number from 1")]
    [InlineData("--speed 3", "Unknown option --speed")]
    [InlineData("7", "Unknown option 7")]
    [InlineData("--steps 100", "Say what to run")]
    [InlineData("--seed 1 --from 2", "--seed and --from")]
    [InlineData("--minutes 1 --trace", "--trace goes with a single --seed")]
    [InlineData("--seed 1 --without rain", "no kind of fault rain")]
    [InlineData("--seed 1 --replicas 4", "--replicas wants 3, 5 or 7")]
    public void What_is_wrong_is_said(string text, string expected)
    {
        var wrong = Assert.Throws<FormatException>(() => Parse(text));

        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_help_names_every_kind_of_fault()
    {
        foreach (var kind in FaultKind.All.Concat(FaultKind.Twists)) Assert.Contains(kind.Name, CommandLine.WholeHelp, StringComparison.Ordinal);
    }

    private static CommandLine Parse(string text) => CommandLine.Parse(text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
