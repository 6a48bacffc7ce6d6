using System.Text.RegularExpressions;
using AspirePaxos.Node;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;
using AspirePaxos.Tests.Conventions;

namespace AspirePaxos.Tests.Deployment;

/// <summary>docs/operations.md names what there is to set, to watch and to look up, all of it.</summary>
public sealed partial class OperationsTests
{
    private static readonly string Docs = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "operations.md"));

    [Fact]
    public void Every_setting_is_described()
    {
        var settings = typeof(NodeOptions).GetProperties().Where(property => property.CanWrite).Select(property => $"\n| `{property.Name}` | ");

        Assert.All(settings, setting => Assert.Contains(setting, Docs, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_metric_that_is_named_is_one_of_those_in_telemetry()
    {
        var listed = Described().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "telemetry.md"))).Select(match => match.Groups[1].Value);
        var named = Described().Matches(Docs).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(listed));
    }

    [Fact]
    public void The_versions_are_those_of_the_program() =>
        Assert.Contains($"speaks protocol version {Envelope.ProtocolVersion} and writes schema version {Schema.Version}.", Docs, StringComparison.Ordinal);

    [Fact]
    public void Every_link_within_the_page_leads_to_a_heading()
    {
        var headings = Heading().Matches(Docs).Select(match => NotInAnchor().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

        Assert.Empty(Link().Matches(Docs).Select(match => match.Groups[1].Value).Except(headings));
    }

    [GeneratedRegex(@"`(paxos\.[a-z_]+(?:\.[a-z_]+)*)`")]
    private static partial Regex Described();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^a-z0-9 -]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"\]\(#([^)]+)\)")]
    private static partial Regex Link();
}
