namespace AspirePaxos.Mutants;

/// <summary>Every bug that docs/proof.md names, as a mutant.</summary>
internal static partial class Catalog
{
    public static IReadOnlyList<Mutant> All { get; } = [.. Durability, .. Choosing, .. Reads, .. Leases, .. State, .. World];

    private static Edit In(string file, string find, string replace) => new($"AspirePaxos.{file}.cs", find, replace);
}
