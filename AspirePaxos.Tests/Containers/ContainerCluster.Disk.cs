using System.Globalization;

namespace AspirePaxos.Tests.Containers;

/// <summary>A slow disk: the limit that <c>docker run --device-write-iops</c> sets, changed while the container runs.</summary>
internal sealed partial class ContainerCluster
{
    /// <summary>So many writes reach its disk in a second, and a sync waits for them, until <see cref="HealDiskAsync"/> or until the container ends.</summary>
    public Task SlowDiskAsync(string name, int writesPerSecond) => LimitDiskAsync(name, writesPerSecond);

    public Task HealDiskAsync(string name) => LimitDiskAsync(name, null);

    private async Task LimitDiskAsync(string name, int? writesPerSecond)
    {
        var device = await DeviceAsync();
        var groups = await File.ReadAllLinesAsync($"/proc/{await PidAsync(name)}/cgroup");
        var (file, limit) = Array.Find(groups, group => group.Split(':')[1] == "blkio") is { } first
            ? ($"/sys/fs/cgroup/blkio{PathOf(first)}/blkio.throttle.write_iops_device", Limit(writesPerSecond, "0"))
            : ($"/sys/fs/cgroup{PathOf(groups.Single(group => group.StartsWith("0::", StringComparison.Ordinal)))}/io.max", $"wiops={Limit(writesPerSecond, "max")}");
        await File.WriteAllTextAsync(file, $"{device} {limit}");
    }

    private static string PathOf(string group) => group.Split(':', 3)[2];

    private static string Limit(int? writesPerSecond, string none) => writesPerSecond?.ToString(CultureInfo.InvariantCulture) ?? none;

    /// <summary>The numbers of the disk that holds the volumes; limits are for whole disks, not for partitions.</summary>
    private static async Task<string> DeviceAsync()
    {
        var root = await Engine.DockerAsync("info", "-f", "{{.DockerRootDir}}");
        var device = await Engine.RunAsync("findmnt", "-n", "-o", "MAJ:MIN", "--target", root);
        return File.Exists($"/sys/dev/block/{device}/partition") ? (await File.ReadAllTextAsync($"/sys/dev/block/{device}/../dev")).Trim() : device;
    }
}
