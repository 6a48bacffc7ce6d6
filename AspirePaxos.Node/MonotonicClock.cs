using System.Runtime.InteropServices;

namespace AspirePaxos.Node;

/// <summary>Milliseconds that never run back and go on while the machine sleeps (rule 16 and every timeout depend on it).</summary>
internal static class MonotonicClock
{
    /// <summary>CLOCK_BOOTTIME of Linux; CLOCK_MONOTONIC, which <see cref="Environment.TickCount64"/> reads there, stands still in suspension.</summary>
    private const int BootTime = 7;

    public static long Milliseconds =>
        OperatingSystem.IsLinux() && GetTime(BootTime, out var time) == 0
            ? (time.Seconds * 1_000) + (time.Nanoseconds / 1_000_000)
            : Environment.TickCount64;

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
