using System.Text.Json;

namespace AspirePaxos.Launcher;

/// <summary>What runs where: <c>cluster.json</c> in the data folder, as long as the cluster runs.</summary>
public sealed record ClusterFile(int LauncherPid, string DataDirectory, IReadOnlyList<ClusterFile.Entry> Resources)
{
    /// <param name="Url">Null for a resource that serves no HTTP.</param>
    /// <param name="Pid">0 while it does not run.</param>
    /// <param name="Log">The file that receives its output.</param>
    public sealed record Entry(string Name, string? Url, int Pid, string Log);

    /// <returns>Null where there is none that can be read.</returns>
    public static ClusterFile? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ClusterFile>(File.ReadAllText(path), JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
