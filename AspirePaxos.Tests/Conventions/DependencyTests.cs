using System.Xml.Linq;

namespace AspirePaxos.Tests.Conventions;

/// <summary>The arrows of docs/architecture.md: dependencies point one way only.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["AspirePaxos.Protocol"] = [],
        ["AspirePaxos.KeyValue"] = [],
        ["AspirePaxos.ServiceDefaults"] = [],
        ["AspirePaxos.Launcher"] = [],
        ["AspirePaxos.Benchmarks"] = ["AspirePaxos.KeyValue", "AspirePaxos.Launcher", "AspirePaxos.Node", "AspirePaxos.Protocol"],
        ["AspirePaxos.Cli"] = ["AspirePaxos.Launcher", "AspirePaxos.Simulation"],
        ["AspirePaxos.Simulation"] = ["AspirePaxos.KeyValue", "AspirePaxos.Protocol"],
        ["AspirePaxos.Mutants"] = ["AspirePaxos.KeyValue", "AspirePaxos.Protocol", "AspirePaxos.Simulation"],
        ["AspirePaxos.Node"] = ["AspirePaxos.KeyValue", "AspirePaxos.Protocol", "AspirePaxos.ServiceDefaults"],
        ["AspirePaxos.Web"] = ["AspirePaxos.ServiceDefaults"],
        ["AspirePaxos.AppHost"] = ["AspirePaxos.Launcher", "AspirePaxos.Node", "AspirePaxos.Web"],
    };

    [Fact]
    public void Every_project_references_what_the_architecture_says_and_nothing_else()
    {
        foreach (var project in SourceTree.Projects.Where(project => project != "AspirePaxos.Tests"))
        {
            Assert.True(Arrows.TryGetValue(project, out var allowed), $"{project} is not in the architecture's arrows");
            var references = References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));
            Assert.Equal(allowed, references.Order().Distinct());
        }
    }

    [Theory]
    [InlineData("AspirePaxos.Protocol")]
    [InlineData("AspirePaxos.KeyValue")]
    public void The_core_uses_no_package_but_the_analyzer_that_keeps_it_pure(string project)
    {
        Assert.Equal(["Microsoft.CodeAnalysis.BannedApiAnalyzers"], References(project, "PackageReference"));
        Assert.Contains("../eng/BannedSymbols.Pure.txt", References(project, "AdditionalFiles"));
    }

    [Fact]
    public void The_arrows_hold_for_what_was_compiled_too()
    {
        var protocol = typeof(AspirePaxos.Protocol.Replica).Assembly.GetReferencedAssemblies();
        var keyValue = typeof(AspirePaxos.KeyValue.KeyValueStore).Assembly.GetReferencedAssemblies();

        Assert.DoesNotContain(protocol.Concat(keyValue), name => name.Name!.StartsWith("AspirePaxos.", StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(string project, string element) =>
        XDocument.Load(Path.Combine(SourceTree.Root, project, project + ".csproj"))
            .Descendants(element)
            .Select(reference => reference.Attribute("Include")?.Value)
            .OfType<string>();
}
