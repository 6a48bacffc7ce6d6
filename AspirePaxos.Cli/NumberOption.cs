using System.CommandLine;
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
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is a number from {least} to {most}, not '{result.Tokens[0].Value}'."));
            return standard;
        },
    };
}
