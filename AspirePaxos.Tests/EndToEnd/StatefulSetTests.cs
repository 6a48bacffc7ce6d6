using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AspirePaxos.Launcher;
using AspirePaxos.Tests.Deployment;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>What deploy/kubernetes/aspirepaxos.yaml gives to its pods makes a cluster.</summary>
public sealed class StatefulSetTests : IDisposable
{
    private static readonly KubernetesFile File = KubernetesFile.Parse(KubernetesFile.Text);

    private readonly TemporaryFolder folder = new();
    private readonly Ports free = new();
    private readonly int[] ports;
    private readonly HttpClient client = new();

    public StatefulSetTests() => ports = [.. free.Take(File.Pods.Count)];

    [Fact]
    public async Task Pods_with_the_environment_of_the_manifest_form_a_cluster_and_answer_their_probes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the image's entry point needs bash");
        await using var first = new PodProcess(EnvironmentOf(0));
        await Eventually.HoldsAsync(() => ProbeAsync(0, File.Node.StartupProbe.HttpGet.Path, HttpStatusCode.OK), () => first.Printed);
        Assert.True(await ProbeAsync(0, File.Node.LivenessProbe.HttpGet.Path, HttpStatusCode.OK));
        Assert.True(await ProbeAsync(0, File.Node.ReadinessProbe.HttpGet.Path, HttpStatusCode.ServiceUnavailable), "alone it is ready");
        Assert.False(await PodProcess.IsHealthyAsync(ports[0]));

        await using var second = new PodProcess(EnvironmentOf(1));
        await using var third = new PodProcess(EnvironmentOf(2));
        for (var i = 0; i < ports.Length; i++)
        {
            var pod = i;
            await Eventually.HoldsAsync(() => ProbeAsync(pod, File.Node.ReadinessProbe.HttpGet.Path, HttpStatusCode.OK), () => $"{first.Printed}\n{second.Printed}\n{third.Printed}");
            var status = await client.GetFromJsonAsync<JsonElement>(Url(pod, "/v1/status"), TestContext.Current.CancellationToken);
            Assert.Equal(File.Pods[pod], status.GetProperty("node").GetString());
        }

        Assert.True(await PodProcess.IsHealthyAsync(ports[0]));
        using var put = await client.PutAsync(Url(0, "/v1/kv/greeting"), new StringContent("hello"), TestContext.Current.CancellationToken);
        put.EnsureSuccessStatusCode();
        Assert.Equal("hello", await client.GetStringAsync(Url(2, "/v1/kv/greeting"), TestContext.Current.CancellationToken));
        Assert.True(Directory.Exists(folder.In(File.Pods[2])), "the data lie where the claim is mounted");
    }

    public void Dispose()
    {
        client.Dispose();
        free.Dispose();
        folder.Dispose();
    }

    /// <summary>The pod's, but for addresses, which are of this machine, and the mount, which is a folder.</summary>
    private Dictionary<string, string> EnvironmentOf(int pod)
    {
        var environment = File.EnvironmentOf(File.Pods[pod], secret: "a-secret-for-tests-only").ToDictionary(
            variable => variable.Key,
            variable => variable.Value.Replace(File.MountOf("data"), folder.In(File.Pods[pod]), StringComparison.Ordinal));
        for (var peer = 0; peer < ports.Length; peer++)
        {
            var (service, name) = ($"services__{File.Pods[peer]}__http__0", $"{File.Pods[peer]}.{File.Peers.Metadata.Name}:8080");
            Assert.Contains(name, environment[service], StringComparison.Ordinal);
            environment[service] = environment[service].Replace(name, $"127.0.0.1:{ports[peer]}", StringComparison.Ordinal);
        }

        Assert.True(environment.Remove("HTTP_PORTS"));
        environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ports[pod]}";
        return environment;
    }

    private async Task<bool> ProbeAsync(int pod, string path, HttpStatusCode expected)
    {
        try
        {
            using var answer = await client.GetAsync(Url(pod, path));
            return answer.StatusCode == expected;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Uri Url(int pod, string path) => new($"http://127.0.0.1:{ports[pod]}{path}");
}
