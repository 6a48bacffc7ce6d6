using System.Net;
using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Containers;

/// <summary>The console's image, made by the same Dockerfile, beside three replicas in containers, as docker-compose.yaml runs it.</summary>
public sealed class ConsoleContainerTests : IAsyncLifetime
{
    private const string Image = "aspirepaxos-web-test";

    private readonly string container = $"paxos-test-web-{Guid.NewGuid():n}"[..24];
    private readonly Ports free = new();
    private readonly HttpClient http = new(new LostConnections(new SocketsHttpHandler())) { Timeout = TimeSpan.FromSeconds(5) };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        free.Dispose();
        await Engine.RunAsync("bash", "-c", $"docker rm -f -v {container} || true");
    }

    [Fact]
    public async Task It_gets_healthy_beside_the_replicas_without_writing_anything_and_without_being_root()
    {
        await using var cluster = await ContainerCluster.StartAsync();
        await Engine.DockerAsync("build", "-q", "-t", Image, "--build-arg", "PROJECT=AspirePaxos.Web", ".");
        var port = free.Take(1).Single();
        await Engine.DockerAsync([
            "run", "-d", "--name", container, "--label", Engine.Label, "--network", await NetworkAsync(cluster),
            "--read-only", "--tmpfs", "/data", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true", "-p", $"127.0.0.1:{port}:8080",
            .. cluster.Names.SelectMany(node => new[] { "-e", $"services__{node}__http__0=http://{node}:8080" }), Image]);

        await Eventually.HoldsAsync(async () => await StateAsync(".State.Health.Status") == "healthy", "the image's own check passes");
        // Without the script a page is a picture: no button does anything.
        foreach (var path in (string[])["health", "", "_framework/blazor.web.js"])
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/{path}"), TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"/{path} answers {answer.StatusCode}");
        }

        Assert.Equal("1654", await Engine.DockerAsync("exec", container, "id", "-u"));
        Assert.Equal("0", await StateAsync("len .Mounts"));
        Assert.Equal("0", await StateAsync(".RestartCount"));
        // That it ends in order when it is asked to.
        await Engine.DockerAsync("stop", "-t", "15", container);
        Assert.Equal("0", await StateAsync(".State.ExitCode"));
    }

    /// <summary>The network that the replicas are in.</summary>
    private static Task<string> NetworkAsync(ContainerCluster cluster) =>
        Engine.DockerAsync("ps", "--filter", $"publish={cluster.Url(cluster.Names[0]).Port}", "--format", "{{.Networks}}");

    private Task<string> StateAsync(string field) => Engine.DockerAsync("inspect", "-f", $"{{{{{field}}}}}", container);
}
