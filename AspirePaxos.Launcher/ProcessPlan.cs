using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AspirePaxos.Launcher;

/// <summary>One process, ready to be started.</summary>
/// <param name="Url">Null where it serves no HTTP.</param>
/// <param name="LogDirectory">Its own.</param>
/// <param name="IsConsole">It shows the cluster, which does without it.</param>
internal sealed record ProcessPlan(
    string Name, string FileName, IReadOnlyList<string> Arguments, string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment, Uri? Url, string LogDirectory, bool IsConsole = false)
{
    /// <summary>What is inherited from the launcher's own environment and would make a service listen elsewhere.</summary>
    public static readonly string[] NotInherited = ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "HTTP_PORTS", "HTTPS_PORTS", "URLS"];

    /// <summary>How a container learns its ports; a process gets addresses instead.</summary>
    private static readonly string[] ContainerPorts = ["HTTP_PORTS", "HTTPS_PORTS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS"];

    /// <summary>The process watches its standard input and stops gracefully at its end: even kill -9 of the launcher leaves none behind.</summary>
    private const string ExitWithParent = "PAXOS_EXIT_WITH_PARENT";

    public static IReadOnlyList<ProcessPlan> All(Manifest manifest, DataFolder data, LaunchOptions options)
    {
        var expressions = new Expressions(manifest, (parameter, input, kind) => InputOf(manifest, data, parameter, input, kind));
        return [.. manifest.Resources.Select(resource => For(resource, manifest, expressions, data, options))];
    }

    private static ProcessPlan For(Resource resource, Manifest manifest, Expressions expressions, DataFolder data, LaunchOptions options)
    {
        var logs = data.LogsOf(resource.Name);
        var environment = new Dictionary<string, string>();
        foreach (var (key, value) in resource.Environment)
        {
            if (ContainerPorts.Contains(key)) continue;
            var volume = resource.Volumes.FirstOrDefault(volume => volume.Target == value);
            environment[key] = volume is null ? expressions.Resolve(value) : data.VolumeFolder(volume);
        }

        var addresses = resource.Bindings.Values.Where(binding => binding.Scheme is "http" or "https").Select(binding => binding.Url).ToArray();
        if (addresses.Length > 0) environment["ASPNETCORE_URLS"] = string.Join(';', addresses);
        environment["OTEL_SERVICE_NAME"] = resource.Name;
        environment["OTEL_RESOURCE_ATTRIBUTES"] = ResourceAttributes();
        environment[ExitWithParent] = "true";
        if (resource.IsReplica)
        {
            environment["Paxos__EnableCrashEndpoint"] = "true";
            environment["Paxos__EnableFaultEndpoints"] = "true";
            environment["Paxos__LogDirectory"] = logs;
            if (manifest.Resources.FirstOrDefault(other => other.IsConsole)?.Http is { } console) environment["Paxos__ConsoleUrl"] = console.Url;
        }

        foreach (var (key, value) in options.Environment) environment[key] = value;

        var arguments = resource.Arguments.Select(expressions.Resolve);
        return new(
            resource.Name,
            resource.Project is null ? resource.Command! : DotnetHost(),
            resource.Project is null ? [.. arguments] : [AssemblyOf(resource, manifest), .. arguments],
            Path.GetFullPath(resource.WorkingDirectory ?? ".", manifest.Directory),
            environment,
            resource.Http is { } http ? new Uri(http.Url) : null,
            logs,
            resource.IsConsole);
    }

    /// <summary>As Aspire sets them: what is inherited, and an id of this instance.</summary>
    private static string ResourceAttributes()
    {
        var instance = "service.instance.id=" + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8);
        var inherited = System.Environment.GetEnvironmentVariable("OTEL_RESOURCE_ATTRIBUTES");
        return string.IsNullOrEmpty(inherited) ? instance : $"{inherited},{instance}";
    }

    /// <summary>Given as <c>Parameters__name</c> in the environment, as Aspire takes it too; else the manifest's default, made once.</summary>
    private static string InputOf(Manifest manifest, DataFolder data, string parameter, string input, ParameterInput kind)
    {
        var setting = "Parameters__" + parameter.Replace('-', '_');
        if (System.Environment.GetEnvironmentVariable(setting) is { Length: > 0 } given) return given;
        if (kind.Default is not null) return kind.Default;
        return kind.Generated is { } generated
            ? data.Secret($"{parameter}.{input}", () => Generate(generated))
            : throw new LaunchRefusedException($"The parameter '{parameter}' of {manifest.Path} has no default: set the environment variable {setting}.");
    }

    private static string Generate(GeneratedText kind)
    {
        var characters = (kind.Lower ? "abcdefghijklmnopqrstuvwxyz" : "") + (kind.Upper ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ" : "")
            + (kind.Numeric ? "0123456789" : "") + (kind.Special ? "-_.()*+!" : "");
        return RandomNumberGenerator.GetString(characters, Math.Max(kind.MinLength, 16));
    }

    /// <summary>Of the same configuration as the program that runs this.</summary>
    private static string AssemblyOf(Resource resource, Manifest manifest)
    {
        var configuration = typeof(ProcessPlan).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
        var path = Path.Combine(manifest.Directory, "artifacts", "bin", resource.Project!, configuration.ToLowerInvariant(), resource.Project + ".dll");
        return File.Exists(path)
            ? path
            : throw new LaunchRefusedException($"{resource.Name} is not built: there is no {path}. Build it with: dotnet build -c {configuration} {Path.Combine(manifest.Directory, resource.Project!)}");
    }

    /// <summary>The one this process runs on, whatever PATH says.</summary>
    internal static string DotnetHost()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var path = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(path) ? path : name;
    }
}
