using System.Text.Json;

namespace AspirePaxos.Launcher;

/// <summary>Reads the manifest that Aspire's AppHost publishes.</summary>
internal sealed class ManifestReader
{
    public const string FileName = "aspire-manifest.json";

    private readonly string path;
    private readonly string directory;
    private readonly List<Resource> resources = [];
    private readonly Dictionary<string, Parameter> parameters = [];
    private readonly Dictionary<string, string> skipped = [];

    private ManifestReader(string path)
    {
        this.path = path;
        directory = Path.GetDirectoryName(path)!;
    }

    /// <exception cref="LaunchRefusedException">Not there, or not a manifest.</exception>
    public static Manifest Read(string path)
    {
        var full = Path.GetFullPath(path);
        string text;
        try
        {
            text = File.ReadAllText(full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LaunchRefusedException($"The manifest {full} cannot be read: {e.Message} Name another with --manifest FILE, or restore it from the repository.", e);
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return new ManifestReader(full).Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new LaunchRefusedException(
                $"{full} is not an Aspire manifest: {e.Message.TrimEnd('.')}. Restore it from the repository, publish it again on a machine that has Aspire's packages "
                + "(dotnet run --project AspirePaxos.AppHost -p:UseAspire=true -- --publisher manifest --output-path ../aspire-manifest.json), "
                + "or name another with --manifest FILE.", e);
        }
    }

    /// <summary>The nearest manifest above any of the directories.</summary>
    public static string Find(params IEnumerable<string> from)
    {
        foreach (var start in from)
        {
            for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
            {
                var candidate = Path.Combine(directory.FullName, FileName);
                if (File.Exists(candidate)) return candidate;
            }
        }

        throw new LaunchRefusedException($"There is no {FileName} here or above. Run this inside the repository, or name the file with --manifest FILE.");
    }

    private Manifest Read(JsonElement root)
    {
        foreach (var property in Required(root, "resources").EnumerateObject())
        {
            try
            {
                Add(property.Name, property.Value);
            }
            catch (Exception e) when (e is InvalidOperationException or FormatException)
            {
                throw new JsonException($"resource '{property.Name}': {e.Message}", e);
            }
        }

        return resources.Count > 0
            ? new(path, directory, resources, parameters, skipped)
            : throw new JsonException("it has no resource that can run here.");
    }

    private void Add(string name, JsonElement json)
    {
        var type = Required(json, "type").GetString();
        switch (type)
        {
            case "parameter.v0":
                parameters.Add(name, ReadParameter(json));
                break;
            case "project.v0" or "project.v1":
                resources.Add(ReadResource(name, json, project: Path.GetFileNameWithoutExtension(Required(json, "path").GetString())));
                break;
            case "container.v1" when ProjectOf(json) is { } project:
                resources.Add(ReadResource(name, json, project));
                break;
            case "executable.v0":
                resources.Add(ReadResource(name, json, project: null));
                break;
            default:
                skipped.Add(name, $"a {type} that is no project of this solution runs under Aspire only");
                break;
        }
    }

    private string? ProjectOf(JsonElement json) =>
        json.TryGetProperty("build", out var build) && build.TryGetProperty("args", out var args)
        && args.TryGetProperty("PROJECT", out var project) && project.GetString() is { } name
        && File.Exists(Path.Combine(directory, name, name + ".csproj"))
            ? name
            : null;

    private static Resource ReadResource(string name, JsonElement json, string? project) => new(
        name,
        project,
        project is null ? Required(json, "command").GetString() : null,
        project is null && json.TryGetProperty("workingDirectory", out var working) ? working.GetString() : null,
        json.TryGetProperty("args", out var args) ? [.. args.EnumerateArray().Select(Text)] : [],
        json.TryGetProperty("env", out var env) ? [.. env.EnumerateObject().Select(e => KeyValuePair.Create(e.Name, Text(e.Value)))] : [],
        json.TryGetProperty("bindings", out var bindings)
            ? bindings.EnumerateObject().ToDictionary(b => b.Name, b => new Binding(Text(Required(b.Value, "scheme")), PortOf(b.Value)))
            : [],
        json.TryGetProperty("volumes", out var volumes)
            ? [.. volumes.EnumerateArray().Select(v => new Volume(Text(Required(v, "name")), Text(Required(v, "target"))))]
            : []);

    private static int? PortOf(JsonElement binding) =>
        binding.TryGetProperty("port", out var port) ? port.GetInt32() : null;

    private static Parameter ReadParameter(JsonElement json) => new(
        Text(Required(json, "value")),
        json.TryGetProperty("inputs", out var inputs) ? inputs.EnumerateObject().ToDictionary(i => i.Name, i => ReadInput(i.Value)) : []);

    private static ParameterInput ReadInput(JsonElement json)
    {
        if (!json.TryGetProperty("default", out var byDefault)) return new(null, null);
        if (byDefault.TryGetProperty("value", out var value)) return new(Text(value), null);
        if (!byDefault.TryGetProperty("generate", out var generate)) return new(null, null);

        bool Allows(string kind) => !generate.TryGetProperty(kind, out var allowed) || allowed.GetBoolean();
        var length = generate.TryGetProperty("minLength", out var minimum) ? minimum.GetInt32() : 22;
        return new(null, new(length, Allows("lower"), Allows("upper"), Allows("numeric"), Allows("special")));
    }

    private static JsonElement Required(JsonElement json, string property) =>
        json.TryGetProperty(property, out var value) ? value : throw new FormatException($"the property \"{property}\" is missing");

    private static string Text(JsonElement json) =>
        json.GetString() ?? throw new FormatException("a text was expected where null stands");
}
