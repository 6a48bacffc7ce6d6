using System.Text.Json;
using System.Text.RegularExpressions;
using AspirePaxos.Tests.Conventions;

namespace AspirePaxos.Tests.Deployment;

/// <summary>The Dockerfile: what an image made by it runs.</summary>
internal static partial class ImageFile
{
    public static string Text { get; } = File.ReadAllText(Path.Combine(SourceTree.Root, "Dockerfile"));

    public static string[] EntryPoint => Command(EntryPointLine());

    public static string[] HealthCheck => Command(HealthCheckLine());

    private static string[] Command(Regex line) => JsonSerializer.Deserialize<string[]>(line.Match(Text).Groups[1].Value)!;

    [GeneratedRegex(@"^ENTRYPOINT (\[.*\])$", RegexOptions.Multiline)]
    private static partial Regex EntryPointLine();

    [GeneratedRegex(@"^HEALTHCHECK .*\\\n +CMD (\[.*\])$", RegexOptions.Multiline)]
    private static partial Regex HealthCheckLine();
}
