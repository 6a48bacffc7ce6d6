using System.Text.RegularExpressions;
using System.Xml.Linq;
using AspirePaxos.Launcher;
using AspirePaxos.Tests.Conventions;

namespace AspirePaxos.Tests.Deployment;

public sealed partial class ImageTests
{
    private static readonly string[] Projects = ["AspirePaxos.Node", "AspirePaxos.Web"];

    [Fact]
    public void The_layer_of_the_packages_has_every_project_file_that_restore_reads()
    {
        var copied = CopiedProject().Matches(ImageFile.Text).Select(match => match.Groups[1].Value);

        Assert.Equal(Projects.SelectMany(WithReferences).Distinct().Order(), copied.Order());
    }

    [Fact]
    public void A_project_that_no_image_is_made_of_does_not_reach_the_build()
    {
        var all = Directory.EnumerateDirectories(SourceTree.Root, "AspirePaxos.*").Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any()).Select(folder => Path.GetFileName(folder)!);
        var ignored = File.ReadLines(Path.Combine(SourceTree.Root, ".dockerignore")).Where(line => line.StartsWith("AspirePaxos.", StringComparison.Ordinal));

        Assert.Equal(all.Except(Projects.SelectMany(WithReferences)).Order(), ignored.Order());
    }

    [Fact]
    public void Port_and_volume_are_those_of_the_manifest()
    {
        var node = ManifestReader.Read(ManifestReader.Find(AppContext.BaseDirectory)).Resources[0];

        Assert.Contains($"\nVOLUME {node.Volumes.Single().Target}\n", ImageFile.Text, StringComparison.Ordinal);
        Assert.Contains("\nEXPOSE 8080\n", ImageFile.Text, StringComparison.Ordinal);
        Assert.Contains(DeployedServices.OfManifest(File.ReadAllText(ManifestReader.Find(AppContext.BaseDirectory))), fact => fact.EndsWith(" has HTTP_PORTS=8080", StringComparison.Ordinal));
    }

    /// <summary>An orchestrator that demands a user other than root looks for a number.</summary>
    [Fact]
    public void Nothing_is_done_as_root_when_it_runs() =>
        Assert.DoesNotContain("\nRUN ", ImageFile.Text[ImageFile.Text.IndexOf("\nUSER $APP_UID\n", StringComparison.Ordinal)..], StringComparison.Ordinal);

    [Fact]
    public void Every_file_that_deploys_names_the_image_of_this_version()
    {
        var version = XDocument.Load(Path.Combine(SourceTree.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        var compose = ComposeFile.Load("docker-compose.yaml").Services.Values.Select(service => $"{service.Image}:{version}").Distinct();
        var pods = KubernetesFile.Parse(KubernetesFile.Text);

        Assert.Contains($"\nARG VERSION={version}\n", ImageFile.Text, StringComparison.Ordinal);
        Assert.Equal(compose, [pods.Node.Image, pods.Console.Image]);
    }

    private static IEnumerable<string> WithReferences(string project) =>
        XDocument.Load(Path.Combine(SourceTree.Root, project, project + ".csproj"))
            .Descendants("ProjectReference")
            .SelectMany(reference => WithReferences(Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))))
            .Append(project)
            .Distinct();

    [GeneratedRegex(@"^COPY ([\w.]+)/\1\.csproj \1/$", RegexOptions.Multiline)]
    private static partial Regex CopiedProject();
}
