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

    public string Write(string name, string content)
    {
        File.WriteAllText(In(name), content);
        return In(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
