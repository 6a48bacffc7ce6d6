using System.Runtime.CompilerServices;

namespace AspirePaxos.Tests.Protocol;

/// <summary>Each file in Scripts/ is a scenario: UPDATE_SCRIPTS=1 writes down what happens now, to be read before it is accepted.</summary>
public sealed class ScriptTests
{
    private static readonly string Folder = Path.Combine(Here(), "Scripts");

    public static TheoryData<string> Scripts =>
        [.. Directory.EnumerateFiles(Folder, "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Everything_happens_as_the_script_says(string name)
    {
        var path = Path.Combine(Folder, $"{name}.txt");
        var expected = File.ReadAllText(path).ReplaceLineEndings("\n");

        var actual = ScriptRunner.Run(expected);

        if (Environment.GetEnvironmentVariable("UPDATE_SCRIPTS") == "1") File.WriteAllText(path, actual);
        else Assert.Equal(expected, actual);
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
