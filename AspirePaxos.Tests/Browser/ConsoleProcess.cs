using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AspirePaxos.Tests.EndToEnd;

namespace AspirePaxos.Tests.Browser;

/// <summary>The built console as a process, told of the nodes as Aspire tells it.</summary>
internal sealed class ConsoleProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly List<string> lines = [];

    private ConsoleProcess(Uri url, IEnumerable<(string Name, Uri Url)> nodes)
    {
        Url = url;
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(AspirePaxos.Web.Nodes.NodeClient).Assembly.Location.Replace("AspirePaxos.Tests", "AspirePaxos.Web", StringComparison.Ordinal)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ASPNETCORE_URLS"] = url.ToString(), ["PAXOS_EXIT_WITH_PARENT"] = "true" },
        };
        foreach (var (name, address) in nodes) start.Environment[$"services__{name}__http__0"] = address.ToString();
        process = Process.Start(start)!;
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Url { get; }

    public string Output
    {
        get
        {
            lock (lines) return string.Join('\n', lines);
        }
    }

    /// <returns>It answers.</returns>
    public static async Task<ConsoleProcess> StartAsync(LocalCluster cluster)
    {
        var console = new ConsoleProcess(new($"http://127.0.0.1:{FreePort()}"), cluster.Names.Select(name => (name, cluster.Url(name))));
        using var http = new HttpClient { BaseAddress = console.Url };
        await Eventually.HoldsAsync(() => AnswersAsync(http), () => $"the console answers; it wrote:\n{console.Output}");
        return console;
    }

    public async ValueTask DisposeAsync()
    {
        // Its parent is gone, as far as it can tell.
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Take(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (lines) lines.Add(line.Data);
    }

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/health", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
