using System.Text.RegularExpressions;

namespace AspirePaxos.Tests.Conventions;

public sealed partial class SourceTests
{
    private const int LinesOfAFile = 300;

    /// <summary>Files over the guide, each with the reason why it stays one.</summary>
    private static readonly Dictionary<string, string> LongFiles = new()
    {
    };

    [Fact]
    public void A_file_has_one_idea_and_stays_below_300_lines()
    {
        var tooLong = SourceTree.Projects
            .SelectMany(project => SourceTree.Files(project, "*.cs"))
            .Select(file => (Name: SourceTree.Relative(file), Lines: File.ReadLines(file).Count()))
            .Where(file => file.Lines > LinesOfAFile)
            .ToList();

        Assert.DoesNotContain(tooLong, file => !LongFiles.ContainsKey(file.Name));
        Assert.Empty(LongFiles.Keys.Except(tooLong.Select(file => file.Name)));
    }

    [Fact]
    public void The_protocol_speaks_the_words_of_the_glossary_only()
    {
        var strangers = SourceTree.Files("AspirePaxos.Protocol", "*.cs")
            .SelectMany(file => File.ReadLines(file).Select((line, i) => (Where: $"{SourceTree.Relative(file)}:{i + 1}", Line: line)))
            .Where(found => Strangers().IsMatch(found.Line));

        Assert.Empty(strangers);
    }

    [Fact]
    public void No_type_is_named_after_nothing()
    {
        var vague = SourceTree.Projects
            .SelectMany(project => SourceTree.Files(project, "*.cs"))
            .Where(file => VagueNames().IsMatch(Path.GetFileNameWithoutExtension(file)))
            .Select(SourceTree.Relative);

        Assert.Empty(vague);
    }

    [Fact]
    public void Core_and_node_keep_their_types_sealed()
    {
        var open = new[] { typeof(AspirePaxos.Protocol.Replica).Assembly, typeof(AspirePaxos.KeyValue.KeyValueStore).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && !type.Name.Contains('<', StringComparison.Ordinal));

        Assert.Empty(open);
    }

    [GeneratedRegex(@"\b(term|view|epoch|vote|entry|decided|master)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Strangers();

    [GeneratedRegex(@"(Manager|Helper|Helpers|Utils|Util)$")]
    private static partial Regex VagueNames();
}
