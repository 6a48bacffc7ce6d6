using AspirePaxos.Tests.Conventions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace AspirePaxos.Tests.Deployment;

/// <summary>What the tests look at in a compose file, anchors and merged keys resolved.</summary>
internal sealed class ComposeFile
{
    public Dictionary<string, Service> Services { get; init; } = [];

    public Dictionary<string, object?> Networks { get; init; } = [];

    public Dictionary<string, object?> Volumes { get; init; } = [];

    public static ComposeFile Load(string name) => Parse(File.ReadAllText(Path.Combine(SourceTree.Root, name)));

    public static ComposeFile Parse(string text) => new DeserializerBuilder()
        .WithNamingConvention(UnderscoredNamingConvention.Instance)
        .IgnoreUnmatchedProperties()
        .Build()
        .Deserialize<ComposeFile>(new MergingParser(new Parser(new StringReader(text))));

    internal sealed class Service
    {
        public string? Image { get; init; }

        public string? Restart { get; init; }

        public bool ReadOnly { get; init; }

        public string? StopGracePeriod { get; init; }

        public Dictionary<string, string> Environment { get; init; } = [];

        public List<string> Ports { get; init; } = [];

        public List<string> Networks { get; init; } = [];

        public List<Mount> Volumes { get; init; } = [];

        public List<string> Tmpfs { get; init; } = [];
    }

    internal sealed class Mount
    {
        public string Type { get; init; } = "";

        public string Source { get; init; } = "";

        public string Target { get; init; } = "";
    }
}
