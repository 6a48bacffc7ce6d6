using System.Runtime.CompilerServices;

namespace AspirePaxos.Tests.Conventions;

/// <summary>The checkout that these tests were built from.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> Files(string project, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, project), pattern, SearchOption.AllDirectories);

    /// <summary>A folder below those that builds write to, which git does not see.</summary>
    public static string Artifacts(string folder) => Path.Combine(Root, "artifacts", folder);

    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    public static IEnumerable<string> Projects =>
        Directory.EnumerateDirectories(Root, "AspirePaxos.*").Select(path => Path.GetFileName(path)!).Order();

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AspirePaxos.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"no AspirePaxos.sln above {here}");
    }
}
