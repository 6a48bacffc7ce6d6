namespace AspirePaxos.Mutants;

/// <summary>A known bug, as a patch of our own sources.</summary>
/// <param name="Name">A short name, for the command line and the table.</param>
/// <param name="Bug">What is wrong with it, in a sentence.</param>
/// <param name="Edits">Each applies to a text that occurs exactly once in its file; else the mutant is stale and the run fails.</param>
internal sealed record Mutant(string Name, string Bug, params Edit[] Edits);

/// <param name="File">From the root of the repository.</param>
internal sealed record Edit(string File, string Find, string Replace)
{
    public string Project => File[..File.IndexOf('/', StringComparison.Ordinal)];
}

/// <summary>A mutant's text is not in the sources (any more): the patch must be written anew.</summary>
internal sealed class StaleMutantException(string message) : Exception(message);
