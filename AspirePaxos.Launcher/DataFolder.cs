using System.Diagnostics;
using System.Text.Json;

namespace AspirePaxos.Launcher;

/// <summary>Where one cluster keeps everything: volumes, logs, secrets, its size. Belongs to one launcher at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    public const string ClusterFileName = "cluster.json";
    public const string LogsName = "logs";

    /// <summary>Makes the folder one of ours; without it nothing is ever deleted.</summary>
    private const string MarkerName = "launcher.json";
    private const string LockName = "launcher.lock";
    private const string SecretsName = "secrets.json";

    /// <summary>A replica whose launcher was killed hands over and drains; a new launcher waits for that.</summary>
    private static readonly TimeSpan OrphanTimeout = TimeSpan.FromSeconds(15);

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly FileStream exclusive;

    private DataFolder(string path, FileStream exclusive)
    {
        Path = path;
        this.exclusive = exclusive;
    }

    public string Path { get; }

    public string ClusterFile => In(ClusterFileName);

    public string LogsOf(string resource) => Directory.CreateDirectory(System.IO.Path.Combine(Path, LogsName, resource)).FullName;

    public string VolumeFolder(Volume volume) => In(volume.Name);

    /// <summary>Makes the folder, or takes over one that a launcher made.</summary>
    /// <param name="volumes">The names that are ours although another host may have made them.</param>
    /// <param name="fresh">It is to be cleared: for the words of a refusal.</param>
    /// <exception cref="LaunchRefusedException">In use, foreign or unusable.</exception>
    public static DataFolder Open(string path, bool fresh, IEnumerable<string> volumes)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
            RequireOurs(full, fresh, volumes);
            var folder = new DataFolder(full, Lock(full));
            folder.AwaitOrphans();
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LaunchRefusedException($"The data folder {full} cannot be used: {e.Message} Choose another with --data DIR.", e);
        }
    }

    /// <summary>A cluster keeps the members it was formed with: each replica has recorded them too.</summary>
    public void RequireTopology(string[] replicas)
    {
        var marker = File.Exists(In(MarkerName)) ? Read<Marker>(MarkerName) : null;
        if (marker is { Replicas.Length: > 0 } formed && !formed.Replicas.SequenceEqual(replicas))
        {
            throw new LaunchRefusedException(
                $"The data folder {Path} belongs to a cluster of {formed.Replicas.Length} replicas ({string.Join(", ", formed.Replicas)}), not of {replicas.Length}. "
                + $"Start it with --nodes {formed.Replicas.Length}, use another folder (--data DIR), or delete its data and start over (--fresh).");
        }
    }

    /// <summary>From here on the folder belongs to this cluster: for when its processes are about to start, and no earlier.</summary>
    public void Claim(string[] replicas, IEnumerable<Volume> volumes)
    {
        // The marker goes first: a volume of a larger cluster is foreign to a folder that does not say whose it is.
        Write(MarkerName, new Marker("AspirePaxos.Launcher", replicas), secret: false);
        foreach (var volume in volumes) Directory.CreateDirectory(VolumeFolder(volume));
    }

    /// <summary>The remembered value of a parameter, made the first time.</summary>
    public string Secret(string key, Func<string> make)
    {
        var secrets = File.Exists(In(SecretsName)) ? Read<Dictionary<string, string>>(SecretsName) : [];
        if (secrets.TryGetValue(key, out var known)) return known;
        secrets[key] = make();
        Write(SecretsName, secrets, secret: true);
        return secrets[key];
    }

    /// <summary>Tells other programs (make targets, tools) what runs where.</summary>
    public void Announce(ClusterFile cluster) => Write(ClusterFileName, cluster, secret: false);

    public void Dispose()
    {
        File.Delete(ClusterFile);
        exclusive.Dispose();
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private static void RequireOurs(string path, bool fresh, IEnumerable<string> volumes)
    {
        if (File.Exists(System.IO.Path.Combine(path, MarkerName))) return;
        string[] ours = [LockName, SecretsName, ClusterFileName, LogsName, .. volumes];
        var foreign = Directory.EnumerateFileSystemEntries(path).Select(System.IO.Path.GetFileName).FirstOrDefault(name => !ours.Contains(name));
        if (foreign is null) return;
        throw new LaunchRefusedException(fresh
            ? $"--fresh does not delete what {path} holds: no launcher made that folder (it has no {MarkerName}, and holds '{foreign}'). Choose another with --data DIR, or empty it yourself."
            : $"{path} holds '{foreign}', which no launcher put there. Choose an empty folder, or one of an earlier run, with --data DIR.");
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            var owner = Launcher.ClusterFile.TryRead(System.IO.Path.Combine(path, ClusterFileName)) is { } cluster ? $" (process {cluster.LauncherPid})" : "";
            throw new LaunchRefusedException(
                $"Another launcher{owner} runs a cluster in {path}. Stop that one with Ctrl+C, or run a second cluster beside it: --data DIR --port-base 9000.", e);
        }
    }

    private void AwaitOrphans()
    {
        if (Launcher.ClusterFile.TryRead(ClusterFile) is not { } left) return;
        var since = Stopwatch.StartNew();
        foreach (var resource in left.Resources)
        {
            while (since.Elapsed < OrphanTimeout && Signals.IsAlive(resource.Pid)) Thread.Sleep(50);
        }
    }

    /// <summary>Deletes what a launcher put there (--fresh). Only for a folder that is ours, as <see cref="Open"/> has made sure.</summary>
    public void Clear()
    {
        // The marker goes last: if this is interrupted, the folder is still known to be ours.
        var entries = new DirectoryInfo(Path).GetFileSystemInfos().Where(entry => entry.Name != LockName).OrderBy(entry => entry.Name == MarkerName);
        foreach (var entry in entries)
        {
            if (entry is DirectoryInfo directory && directory.LinkTarget is null) directory.Delete(recursive: true);
            else entry.Delete();
        }
    }

    private T Read<T>(string name)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(In(name)), Indented) ?? throw new JsonException("it is empty.");
        }
        catch (JsonException e)
        {
            throw new LaunchRefusedException($"{In(name)} is damaged: {e.Message} Delete that file if you know what it held, or start over with --fresh.", e);
        }
    }

    /// <summary>Through a second file, so that a reader never sees half of it.</summary>
    private void Write<T>(string name, T content, bool secret)
    {
        var temporary = In(name + ".new");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (secret && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.Delete(temporary);
        using (var stream = new FileStream(temporary, options)) JsonSerializer.Serialize(stream, content, Indented);
        File.Move(temporary, In(name), overwrite: true);
    }

    private sealed record Marker(string MadeBy, string[] Replicas);
}
