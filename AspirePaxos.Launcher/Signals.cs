using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AspirePaxos.Launcher;

/// <summary>Signals to child processes, which the base library does not send.</summary>
internal static partial class Signals
{
    private const int Terminate = 15;
    private static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>Asks a process to end. Where there are no signals the end of its input says the same.</summary>
    public static void AskToEnd(Process process)
    {
        if (OperatingSystem.IsWindows())
        {
            process.StandardInput.Close();
            return;
        }

        Send(process, Terminate);
        // A suspended process gets the signal only once it goes on.
        Send(process, Continue);
    }

    public static void Suspend(Process process) => Send(process, Stop);

    public static void Resume(Process process) => Send(process, Continue);

    public static bool IsAlive(int pid)
    {
        if (pid <= 0) return false;
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void Send(Process process, int signal)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("Windows has no signals: a process cannot be suspended there.");
        // The id of a process that was not waited for is not given to another, so this cannot hit a stranger.
        if (!process.HasExited) _ = Kill(process.Id, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
