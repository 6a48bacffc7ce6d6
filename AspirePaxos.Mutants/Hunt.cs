namespace AspirePaxos.Mutants;

/// <param name="Seed">The first seed that caught it; null where none did.</param>
/// <param name="Seeds">How many were run.</param>
/// <param name="By">What the simulator said, or why the hunt ended otherwise.</param>
internal sealed record Catch(Mutant Mutant, ulong? Seed, ulong Seeds, string By);

/// <summary>Runs the ordinary simulator over a mutant, seed after seed, until a rule is seen to be broken.</summary>
internal static class Hunt
{
    /// <summary>No seed takes longer unless the mutant loops, and then the simulator cannot stop it.</summary>
    private static readonly TimeSpan longestSeed = TimeSpan.FromSeconds(60);

    /// <exception cref="StaleMutantException">The mutant does not fit the sources.</exception>
    public static Catch Run(Mutant mutant, string root, ulong first, ulong count)
    {
        var run = MutantAssemblies.Of(mutant, root).SeedRunner();
        for (var seed = first; seed < first + count; seed++)
        {
            var by = Try(run, seed);
            if (by is not null) return new Catch(mutant, seed, seed - first + 1, by);
        }

        return new Catch(mutant, null, count, "survived");
    }

    /// <returns>Null where nothing was noticed.</returns>
    private static string? Try(Action<ulong> run, ulong seed)
    {
        string? by = null;
        var thread = new Thread(() =>
        {
            try
            {
                run(seed);
            }
            catch (Exception broken)
            {
                by = Reason(broken);
            }
        }, maxStackSize: 4 << 20)
        { IsBackground = true };
        thread.Start();
        return thread.Join(longestSeed) ? by : "the run never ends (noticed by the clock, not by a rule)";
    }

    /// <summary>Without the seed and the time, and the names that differ from run to run.</summary>
    private static string Reason(Exception broken)
    {
        var text = broken.Message.Split('\n')[0];
        var end = text.IndexOf(" ms: ", StringComparison.Ordinal);
        return end < 0 ? $"{broken.GetType().Name}: {text}" : text[(end + 5)..];
    }
}
