using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AspirePaxos.Node;

/// <summary>Ends the process at once: no handler runs, nothing is flushed, nothing more is sent.</summary>
public static class ProcessEnd
{
    /// <summary>A storage failure or a broken invariant: whatever the process did next could lose data.</summary>
    public const int Unsafe = 70;

    /// <summary>The crash endpoint.</summary>
    public const int Crash = 71;

    public static void Now(int code)
    {
        if (OperatingSystem.IsWindows()) Process.GetCurrentProcess().Kill();
        else Exit(code);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Exit(int code);
}
