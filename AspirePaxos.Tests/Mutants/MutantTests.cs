using AspirePaxos.Mutants;

namespace AspirePaxos.Tests.Mutants;

/// <summary>
/// Known bugs, put into our own sources, are found by the ordinary simulator. Each is tried with the seed that found it when all were
/// last hunted from seed 1 on (caught.tsv): every fifth of them, and all with PAXOS_ALL_MUTANTS=1, as CI does after the other tests.
/// </summary>
public sealed class MutantTests
{
    private static readonly string root = SourceRoot.Find();

    public static TheoryData<string> Names
    {
        get
        {
            var step = Environment.GetEnvironmentVariable("PAXOS_ALL_MUTANTS") == "1" ? 1 : 5;
            return [.. Catalog.All.Where((_, i) => i % step == 0).Select(mutant => mutant.Name)];
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_caught(string name)
    {
        var mutant = Catalog.All.Single(one => one.Name == name);
        var found = Hunt.Run(mutant, root, CaughtTable.Load()[name], 1);
        if (found.Seed is null) found = Hunt.Run(mutant, root, 1, 200);
        Assert.True(found.Seed is not null, $"{name}: {found.By}. The world has changed: run dotnet run -c Release --project AspirePaxos.Mutants -- --update");
    }

    [Fact]
    public void Sources_without_a_bug_compiled_in_the_same_way_pass()
    {
        const string protocol = "internal sealed class Acceptor", store = "public sealed class KeyValueStore", simulation = "internal sealed partial class World";
        var control = new Mutant("control", "nothing is wrong",
            new Edit("AspirePaxos.Protocol/Acceptor.cs", protocol, protocol),
            new Edit("AspirePaxos.KeyValue/KeyValueStore.cs", store, store),
            new Edit("AspirePaxos.Simulation/World.cs", simulation, simulation));
        Assert.Null(Hunt.Run(control, root, 1, 20).Seed);
    }

    [Fact]
    public void Each_fits_the_sources_and_was_caught_when_all_were_hunted()
    {
        Assert.Equal(Catalog.All.Count, Catalog.All.DistinctBy(mutant => mutant.Name).Count());
        Assert.Equal(Catalog.All.Select(mutant => mutant.Name).Order(StringComparer.Ordinal), CaughtTable.Load().Keys.Order(StringComparer.Ordinal));
        foreach (var edit in Catalog.All.SelectMany(mutant => mutant.Edits))
        {
            var text = File.ReadAllText(Path.Combine(root, edit.File)).ReplaceLineEndings("\n");
            Assert.True(text.Split(edit.Find.ReplaceLineEndings("\n")).Length == 2, $"{edit.File} does not hold this once:\n{edit.Find}");
        }
    }

    [Fact]
    public void A_patch_that_does_not_fit_is_stale()
    {
        var stale = new Mutant("stale", "its text is gone", new Edit("AspirePaxos.Protocol/Acceptor.cs", "no such text", ""));
        Assert.Throws<StaleMutantException>(() => Hunt.Run(stale, root, 1, 1));
    }
}
