namespace AspirePaxos.Mutants;

/// <summary>Where the sources are: the folder of the solution, above the built program.</summary>
internal static class SourceRoot
{
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AspirePaxos.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"AspirePaxos.sln is in no folder above {AppContext.BaseDirectory}: mutants are made from the sources.");
    }
}
