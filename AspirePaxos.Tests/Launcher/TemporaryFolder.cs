namespace AspirePaxos.Tests.Launcher;

/// <summary>A folder for one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("paxos-test-").FullName;

    public string In(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    /// <summary>A manifest of one executable, a shell script, in this folder.</summary>
    public string ManifestOf(string script) => Write("aspire-manifest.json", $$"""
        { "resources": { "script": { "type": "executable.v0", "workingDirectory": ".", "command": "bash", "args": ["-c", {{System.Text.Json.JsonSerializer.Serialize(script)}}] } } }
        """);

    /// <param name="name">With slashes where it lies in a folder below.</param>
    public string Write(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), content);
        return In(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
