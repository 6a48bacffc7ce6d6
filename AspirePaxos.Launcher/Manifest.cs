namespace AspirePaxos.Launcher;

/// <summary>The part of an Aspire manifest that can run on one machine.</summary>
/// <param name="Directory">Of the manifest's file; paths in it are relative to this.</param>
/// <param name="Skipped">Resources that cannot run here, with the reason.</param>
internal sealed record Manifest(
    string Path, string Directory, IReadOnlyList<Resource> Resources, IReadOnlyDictionary<string, Parameter> Parameters, IReadOnlyDictionary<string, string> Skipped);

/// <summary>Something that runs as one process.</summary>
/// <param name="Project">The assembly's name, for a project of the solution; null for an executable.</param>
/// <param name="Command">For an executable.</param>
internal sealed record Resource(
    string Name, string? Project, string? Command, string? WorkingDirectory, IReadOnlyList<string> Arguments,
    IReadOnlyList<KeyValuePair<string, string>> Environment, IReadOnlyDictionary<string, Binding> Bindings, IReadOnlyList<Volume> Volumes)
{
    /// <summary>The setting that lists the members of a cluster: who has it is a replica.</summary>
    public const string ReplicasSetting = "Paxos__Replicas";

    /// <summary>How the resource is named that shows the cluster in a browser; the cluster does not need it.</summary>
    public const string ConsoleName = "web";

    public bool IsReplica => Environment.Any(setting => setting.Key == ReplicasSetting);

    public bool IsConsole => Name == ConsoleName;

    /// <summary>Where its health is asked for; null where it serves no HTTP.</summary>
    public Binding? Http => Bindings.Values.FirstOrDefault(binding => binding.Scheme == "http");
}

/// <param name="Port">Of the host; null where the manifest leaves it open.</param>
internal sealed record Binding(string Scheme, int? Port)
{
    public const string Host = "127.0.0.1";

    public string Url => $"{Scheme}://{Host}:{Port}";
}

internal sealed record Volume(string Name, string Target);

/// <param name="Value">An expression, usually of its own input.</param>
internal sealed record Parameter(string Value, IReadOnlyDictionary<string, ParameterInput> Inputs);

/// <param name="Default">A fixed value; null where there is none.</param>
/// <param name="Generated">How to make one; null where it is not to be made.</param>
internal sealed record ParameterInput(string? Default, GeneratedText? Generated);

internal sealed record GeneratedText(int MinLength, bool Lower, bool Upper, bool Numeric, bool Special);
