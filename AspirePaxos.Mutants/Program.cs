using System.Diagnostics;
using System.Globalization;
using AspirePaxos.Mutants;

const string help = """
    Puts each known bug of a consensus store into our own sources, and lets the ordinary simulator look for it.

      --seeds N        seeds 1 to N for each mutant at most (default 2000)
      --only NAME,NAME mutants whose name contains one of these
      --threads T      so many mutants at once (default: one for each processor)
      --update         writes AspirePaxos.Mutants/caught.tsv and the table in docs/proof.md
      --list           names the mutants
      --help           this text

    Exit code 0: every mutant was caught. 1: one survived, or does not fit the sources any more. 2: wrong arguments.
    """;

ulong seeds = 2_000;
var only = "";
var threads = Environment.ProcessorCount;
var update = false;
for (var i = 0; i < args.Length; i++)
{
    var value = i + 1 < args.Length ? args[i + 1] : null;
    switch (args[i])
    {
        case "--help" or "-h":
            Console.WriteLine(help);
            return 0;
        case "--list":
            foreach (var mutant in Catalog.All) Console.WriteLine($"{mutant.Name,-44} {mutant.Bug}");
            return 0;
        case "--update":
            update = true;
            break;
        case "--only" when value is not null:
            only = args[++i];
            break;
        case "--seeds" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seeds) && seeds > 0:
        case "--threads" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out threads) && threads > 0:
            i++;
            break;
        default:
            Console.Error.WriteLine($"{args[i]} is no option, or its value is missing or wrong. See --help.");
            return 2;
    }
}

var chosen = Catalog.All.Where(mutant => only.Split(',').Any(part => mutant.Name.Contains(part, StringComparison.Ordinal))).ToList();
if (chosen.Count == 0 || (update && only.Length > 0))
{
    Console.Error.WriteLine(chosen.Count == 0 ? $"No mutant's name contains {only}. See --list." : "--update writes all mutants: not together with --only.");
    return 2;
}

var root = SourceRoot.Find();
var clock = Stopwatch.StartNew();
var catches = new Catch[chosen.Count];
var done = 0;
Parallel.For(0, chosen.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
{
    try
    {
        catches[i] = Hunt.Run(chosen[i], root, 1, seeds);
    }
    catch (StaleMutantException stale)
    {
        catches[i] = new Catch(chosen[i], null, 0, $"stale: {stale.Message}");
    }

    var found = catches[i];
    Console.WriteLine($"{Interlocked.Increment(ref done)}/{chosen.Count} {clock.Elapsed:mm\\:ss} {found.Mutant.Name}: {(found.Seed is { } seed ? $"seed {seed}" : $"NOT CAUGHT in {found.Seeds} seeds")}: {found.By}");
});

var survivors = catches.Where(found => found.Seed is null).ToList();
Console.WriteLine($"{chosen.Count} mutants, {chosen.Count - survivors.Count} caught, {survivors.Count} not{(survivors.Count > 0 ? $": {string.Join(", ", survivors.Select(found => found.Mutant.Name))}" : "")}.");
if (update) CaughtTable.Write(root, catches);
return survivors.Count == 0 ? 0 : 1;
