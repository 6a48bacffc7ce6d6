using System.Diagnostics;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>A real file system that is soon full, in memory. Mounting one needs root; a test that cannot have it says so, and fails where everything is required.</summary>
internal sealed class TinyFileSystem : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public TinyFileSystem(string size)
    {
        Path = folder.In("tiny");
        Directory.CreateDirectory(Path);
        try
        {
            Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", Path);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            folder.Dispose();
            Assert.False(Environment.GetEnvironmentVariable("PAXOS_REQUIRE_ALL") == "1", $"a file system must be mounted, which is required here: {e.Message}");
            Assert.Skip($"a file system cannot be mounted here: {e.Message}");
        }
    }

    public string Path { get; }

    public void Remount(string options) => Run("mount", "-o", $"remount,{options}", Path);

    public void Dispose()
    {
        Run("umount", Path);
        folder.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {said.Trim()}");
    }
}
