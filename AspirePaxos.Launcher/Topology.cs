namespace AspirePaxos.Launcher;

/// <summary>Clusters of another size than the manifest's, with its first replica as the pattern.</summary>
internal static class Topology
{
    /// <summary>The names of the replicas, in the manifest's order.</summary>
    public static string[] ReplicaNames(Manifest manifest) =>
        [.. manifest.Resources.Where(resource => resource.IsReplica).Select(resource => resource.Name)];

    /// <exception cref="LaunchRefusedException">The manifest has no pattern to follow.</exception>
    public static Manifest Resize(Manifest manifest, int size)
    {
        var names = ReplicaNames(manifest);
        if (names.Length == size) return manifest;
        if (names.Length < 2 || !names[0].EndsWith('0') || !names[1].EndsWith('1'))
        {
            throw new LaunchRefusedException($"--nodes needs a manifest whose replicas are named like node0, node1; those of {manifest.Path} are: {string.Join(", ", names)}.");
        }

        var pattern = manifest.Resources.Single(resource => resource.Name == names[0]);
        var stem = names[0][..^1];
        string[] wanted = [.. Enumerable.Range(0, size).Select(i => stem + i)];
        var replicas = wanted.Select((name, i) => Derive(pattern, names, wanted, name, i));
        var others = manifest.Resources.Where(resource => !resource.IsReplica).Select(resource => resource with
        {
            Environment = [.. NotReferringTo(names, resource), .. References(resource, names[0], wanted)],
        });
        return manifest with { Resources = [.. replicas, .. others] };
    }

    public static Manifest WithoutConsole(Manifest manifest) => manifest with { Resources = [.. manifest.Resources.Where(resource => !resource.IsConsole)] };

    private static Resource Derive(Resource pattern, string[] names, string[] wanted, string name, int index)
    {
        var own = NotReferringTo(names[1..], pattern).Select(setting => KeyValuePair.Create(
            setting.Key, setting.Key == Resource.ReplicasSetting ? string.Join(',', wanted) : Rename(setting.Value, pattern.Name, name)));
        return pattern with
        {
            Name = name,
            Environment = [.. own, .. References(pattern, names[1], wanted.Where(other => other != name))],
            Bindings = pattern.Bindings.ToDictionary(b => b.Key, b => b.Value with { Port = b.Value.Port + index }),
            Volumes = [.. pattern.Volumes.Select(volume => volume with { Name = RenameKey(volume.Name, pattern.Name, name) })],
        };
    }

    /// <summary>As its references to one replica are, so to each of the wanted.</summary>
    private static IEnumerable<KeyValuePair<string, string>> References(Resource resource, string sample, IEnumerable<string> wanted) =>
        wanted.SelectMany(replica => resource.Environment.Where(setting => RefersTo(setting, sample)).Select(setting =>
            KeyValuePair.Create(RenameKey(setting.Key, sample, replica), Rename(setting.Value, sample, replica))));

    private static IEnumerable<KeyValuePair<string, string>> NotReferringTo(string[] replicas, Resource resource) =>
        resource.Environment.Where(setting => !replicas.Any(replica => RefersTo(setting, replica)));

    private static bool RefersTo(KeyValuePair<string, string> setting, string replica) =>
        setting.Value.Contains($"{{{replica}.", StringComparison.Ordinal);

    private static string Rename(string value, string from, string to) =>
        value == from ? to : value.Replace($"{{{from}.", $"{{{to}.", StringComparison.Ordinal);

    private static string RenameKey(string key, string from, string to) => key
        .Replace(from, to, StringComparison.Ordinal)
        .Replace(from.ToUpperInvariant(), to.ToUpperInvariant(), StringComparison.Ordinal);
}
