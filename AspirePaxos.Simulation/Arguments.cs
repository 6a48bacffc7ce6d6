using System.Globalization;

namespace AspirePaxos.Simulation;

/// <summary>Options of the command line: <c>--name</c>, or <c>--name number</c>.</summary>
internal sealed class Arguments(string[] args)
{
    public bool Has(string name) => args.Contains(name);

    public long? Number(string name)
    {
        var at = Array.IndexOf(args, name);
        if (at < 0) return null;
        if (at + 1 < args.Length && long.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        Console.Error.WriteLine($"{name} wants a number after it.");
        Environment.Exit(2);
        return null;
    }

    /// <summary>The first option that is none of these.</summary>
    public string? Unknown(params string[] known) => args.FirstOrDefault(arg => arg.StartsWith('-') && !known.Contains(arg));
}
