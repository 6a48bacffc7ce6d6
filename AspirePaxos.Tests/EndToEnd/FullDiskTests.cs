using AspirePaxos.Node;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>A real process on a real file system that is full, or read-only.</summary>
public sealed class FullDiskTests
{
    private const int WrongDataDirectory = 65;

    [Fact]
    public async Task A_node_whose_disk_is_full_ends_with_70_and_has_kept_what_it_acknowledged()
    {
        using var disk = new TinyFileSystem("2m");
        var data = Path.Combine(disk.Path, "data");
        using var client = new HttpClient();
        var value = new string('x', 20_000);
        var acknowledged = 0;
        await using (var node = new SingleNode(data))
        {
            var address = await node.ReadyAsync(client);
            while (await WriteAsync(client, new Uri(address, $"/v1/kv/k{acknowledged}"), value + acknowledged)) acknowledged++;

            Assert.Equal(ProcessEnd.Unsafe, await node.ExitCodeAsync());
            Assert.Contains("the disk is full", node.Printed, StringComparison.Ordinal);
            Assert.Contains(Path.Combine(data, "paxos.db"), node.Printed, StringComparison.Ordinal);
        }

        Assert.InRange(acknowledged, 10, 100);
        disk.Remount("size=64m");
        await using var again = new SingleNode(data);
        var there = await again.ReadyAsync(client);
        for (var i = 0; i < acknowledged; i++) Assert.Equal(value + i, await client.GetStringAsync(new Uri(there, $"/v1/kv/k{i}")));
    }

    [Fact]
    public async Task A_node_on_a_read_only_file_system_does_not_start_and_names_the_directory()
    {
        using var disk = new TinyFileSystem("4m");
        var data = Path.Combine(disk.Path, "data");
        using var client = new HttpClient();
        await using (var node = new SingleNode(data)) await node.ReadyAsync(client);
        disk.Remount("ro");

        await using var again = new SingleNode(data);

        Assert.Equal(WrongDataDirectory, await again.ExitCodeAsync());
        Assert.Contains($"{data}", again.Printed, StringComparison.Ordinal);
        Assert.Contains("cannot be written", again.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain("another process", again.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_finds_its_disk_full_at_the_start_does_not_start_and_names_the_file()
    {
        using var disk = new TinyFileSystem("64k");
        var data = Path.Combine(disk.Path, "data");
        Directory.CreateDirectory(data);
        using (var filler = File.Create(Path.Combine(disk.Path, "filler"))) Assert.Throws<IOException>(() => filler.Write(new byte[128 << 10]));

        await using var node = new SingleNode(data);

        Assert.Equal(WrongDataDirectory, await node.ExitCodeAsync());
        Assert.Contains($"{Path.Combine(data, "paxos.db")} cannot grow: the disk is full", node.Printed, StringComparison.Ordinal);
    }

    /// <returns>False once it is not acknowledged.</returns>
    private static async Task<bool> WriteAsync(HttpClient client, Uri key, string value)
    {
        try
        {
            using var answer = await client.PutAsync(key, new StringContent(value));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
