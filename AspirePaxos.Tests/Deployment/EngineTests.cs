using System.Diagnostics;
using AspirePaxos.Tests.Conventions;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.Deployment;

/// <summary>What <c>make all</c> says where it cannot start containers, on machines that have docker and on those that do not.</summary>
public sealed class EngineTests
{
    [Fact]
    public async Task Without_docker_that_is_what_is_missing()
    {
        using var programs = new TemporaryFolder();

        Assert.Equal("docker is not installed", await MissingAsync(programs));
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_is_told_apart()
    {
        using var programs = new TemporaryFolder();
        Add(programs, "docker", "exit 1");

        Assert.Equal("the container engine does not run, or you may not use it", await MissingAsync(programs));
    }

    [Fact]
    public async Task An_engine_without_compose_is_not_enough()
    {
        using var programs = new TemporaryFolder();
        Add(programs, "docker", "[ \"$1\" = info ]");

        Assert.Equal("neither 'docker compose' nor docker-compose is installed", await MissingAsync(programs));
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("docker-compose")]
    public async Task With_both_nothing_is_missing(string compose)
    {
        using var programs = new TemporaryFolder();
        Add(programs, "docker", compose == "docker" ? "exit 0" : "[ \"$1\" = info ]");
        Add(programs, compose == "docker" ? "other" : compose, "exit 0");

        Assert.Equal("", await MissingAsync(programs));
    }

    private static void Add(TemporaryFolder programs, string name, string script)
    {
        var path = programs.Write(name, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private static async Task<string> MissingAsync(TemporaryFolder programs)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts need bash");
        var script = Path.Combine(SourceTree.Root, "scripts", "cluster.sh");
        var start = new ProcessStartInfo("bash", ["-c", ". \"$0\"; PATH=$1 engine_missing", script, programs.Path]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return said.Trim();
    }
}
