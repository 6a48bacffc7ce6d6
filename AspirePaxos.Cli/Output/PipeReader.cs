using System.Runtime.InteropServices;

namespace AspirePaxos.Cli.Output;

/// <summary>Who reads the standard output, where that is a pipe. One that is gone is noticed by the next write; a command that waits has none.</summary>
internal static partial class PipeReader
{
    /// <summary>EPIPE.</summary>
    public const int BrokenPipe = 32;

    private const short PollError = 0x8;
    private const short PollHangup = 0x10;

    /// <exception cref="IOException">The reader is gone.</exception>
    public static void Require()
    {
        if (OperatingSystem.IsWindows()) return;
        var standardOutput = new Watched { Descriptor = 1 };
        if (Poll(ref standardOutput, 1, 0) > 0 && (standardOutput.Happened & (PollError | PollHangup)) != 0) throw new IOException("Nobody reads the output any more.", BrokenPipe);
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref Watched descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct Watched
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }
}
