using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.Containers;

/// <summary>
/// libfaketime in each container of a cluster, with a file each that says how far its clocks are off. A test that cannot have it says so,
/// and fails where everything is required.
/// </summary>
/// <param name="timersToo">
/// The monotonic clocks jump too, from which .NET takes its timers; else the time of day alone, from which come time stamps. Neither reaches
/// CLOCK_BOOTTIME as the replica loop reads it, from libc itself: what elections, leases and the log's clock do when that one jumps is
/// the simulation's part.
/// </param>
internal sealed class FakeClock(bool timersToo) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Where Debian's package puts it.</summary>
    private static string? Library => Directory.Exists("/usr/lib")
        ? Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }).FirstOrDefault()
        : null;

    public static void Require() => Engine.Require(Library is null ? "no libfaketime (on Debian as root: apt-get install libfaketime)" : null);

    /// <summary>Of <c>docker run</c>, for the replica of that name.</summary>
    public IEnumerable<string> Options(string name)
    {
        Set(name, TimeSpan.Zero);
        return
        [
            "-v", $"{Library}:/libfaketime.so:ro", "-e", "LD_PRELOAD=/libfaketime.so",
            "-v", $"{folder.In(name)}:/clock:ro", "-e", "FAKETIME_TIMESTAMP_FILE=/clock/offset", "-e", "FAKETIME_CACHE_DURATION=1",
            // The second of each pair concerns waits with a time limit, which else never end, or at once.
            .. timersToo
                ? new[] { "-e", "FAKETIME_DONT_FAKE_MONOTONIC=0", "-e", "FAKETIME_FORCE_MONOTONIC_FIX=1" }
                : ["-e", "FAKETIME_DONT_FAKE_MONOTONIC=1", "-e", "FAKETIME_FORCE_MONOTONIC_FIX=0"],
        ];
    }

    /// <summary>Its clocks are that far off from now on, or from a second later.</summary>
    public void Set(string name, TimeSpan offset)
    {
        Directory.CreateDirectory(folder.In(name));
        // In one step: it is read at any time.
        File.Move(folder.Write($"{name}/next", $"{(offset < TimeSpan.Zero ? "" : "+")}{(long)offset.TotalSeconds}"), folder.In(name, "offset"), overwrite: true);
    }

    public void Dispose() => folder.Dispose();
}
