using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using AspirePaxos.Tests.Conventions;

namespace AspirePaxos.Tests.Containers;

/// <summary>The container engine, by its command line. A test that cannot have one says so, and fails where everything is required.</summary>
internal static class Engine
{
    /// <summary>On all that these tests make, so that what a killed run left is found; of these sources alone, for others may be tested beside them.</summary>
    public static readonly string Label = $"io.aspirepaxos.tests={SourceTree.Root}";

    private static readonly string repository = $"aspirepaxos-node-test-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(SourceTree.Root)))[..8]}";
    private static readonly Lazy<Task> ready = new(PrepareAsync);

    /// <summary>An image of these sources that says to be of that revision; other revisions share all layers.</summary>
    public static string Image(string revision = "one") => $"{repository}:{revision}";

    /// <summary>An engine runs, the images are built, and nothing of an earlier run is left; the first caller does it.</summary>
    public static async Task RequireAsync()
    {
        Require(await MissingAsync());
        await ready.Value;
    }

    /// <param name="missing">What a test needs and this machine lacks: it fails where everything is required, and else is skipped. Null: nothing.</param>
    public static void Require(string? missing)
    {
        Assert.False(missing is not null && Environment.GetEnvironmentVariable("PAXOS_REQUIRE_ALL") == "1", $"containers are required here: {missing}");
        Assert.SkipWhen(missing is not null, missing ?? "");
    }

    /// <returns>The command of the version that is here.</returns>
    public static async Task<string[]> ComposeAsync()
    {
        foreach (var command in new string[][] { ["docker", "compose"], ["docker-compose"] })
        {
            try
            {
                await RunAsync(command[0], [.. command[1..], "version"]);
                return command;
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // The other one, then.
            }
        }

        Require("neither docker compose nor docker-compose is installed (on Debian as root: eng/ensure-docker.sh)");
        throw new UnreachableException();
    }

    /// <summary>Its output; a failure comes with all that it wrote.</summary>
    public static Task<string> DockerAsync(params string[] arguments) => RunAsync("docker", arguments);

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = SourceTree.Root };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode == 0) return (await output).Trim();
        throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}{await errors}");
    }

    private static async Task<string?> MissingAsync()
    {
        if (Environment.UserName != "root") return "faults in a container's network need root";
        try
        {
            await DockerAsync("info");
            await RunAsync("iptables", "--version");
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"no container engine, or no iptables (on Debian as root: eng/ensure-docker.sh): {e.Message}";
        }
    }

    private static async Task PrepareAsync()
    {
        await RemoveAllAsync("ps", "-aq", "rm", "-f", "-v");
        await RemoveAllAsync("network ls", "-q", "network", "rm");
        await RemoveAllAsync("volume ls", "-q", "volume", "rm");
        foreach (var revision in new[] { "one", "two" })
        {
            await DockerAsync("build", "-q", "-t", Image(revision), "--build-arg", $"REVISION={revision}", ".");
        }
    }

    private static async Task RemoveAllAsync(string list, string ids, params string[] remove)
    {
        var found = await DockerAsync([.. list.Split(' '), ids, "--filter", $"label={Label}"]);
        if (found.Length > 0) await DockerAsync([.. remove, .. found.Split('\n')]);
    }
}
