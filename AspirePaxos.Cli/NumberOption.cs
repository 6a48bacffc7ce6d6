using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace AspirePaxos.Cli;

/// <summary>Options that take a whole number within limits, and say so.</summary>
internal static class NumberOption
{
    public static Option<int> Of(string name, string description, int standard, int least, int most, bool recursive = false) => new(name)
    {
        Description = description,
        HelpName = "N",
        Recursive = recursive,
        DefaultValueFactory = _ => standard,
        CustomParser = result => Parse(result, least, most) is { } number ? (int)number : Wrong(result, $"{name} is a number from {least} to {most}", standard),
    };

    /// <summary>Null where it is not given.</summary>
    public static Option<long?> OrNone(string name, string description, string helpName = "N") => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result => Parse(result, 1, long.MaxValue) ?? Wrong<long?>(result, $"{name} is a whole number above 0", null),
    };

    private static long? Parse(ArgumentResult result, long least, long most) =>
        long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;

    private static T Wrong<T>(ArgumentResult result, string rule, T instead)
    {
        result.AddError($"{rule}, not '{result.Tokens[0].Value}'.");
        return instead;
    }
}
