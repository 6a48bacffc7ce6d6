using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>
/// Connections through all nodes that write the same keys again and again. Each key belongs to one connection, so that its last
/// acknowledged value is known; a write whose answer was lost may come true at any later time, and its value counts as well.
/// </summary>
internal sealed class Overwriting : IAsyncDisposable
{
    private const int ValueBytes = 200;

    private readonly ICluster cluster;
    private readonly KeyLog[] keys;
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient http = new(new LostConnections(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) })) { Timeout = TimeSpan.FromSeconds(4) };
    private readonly Task[] connections;
    private long acknowledged;

    public Overwriting(ICluster cluster, int keyCount, int connectionCount)
    {
        this.cluster = cluster;
        keys = [.. Enumerable.Range(0, keyCount).Select(_ => new KeyLog())];
        connections = [.. Enumerable.Range(0, connectionCount).Select(number => Task.Run(() => RunAsync(number, connectionCount)))];
    }

    public long Acknowledged => Interlocked.Read(ref acknowledged);

    public Task GoesOnAsync()
    {
        var before = Acknowledged;
        return Eventually.HoldsAsync(() => Acknowledged >= before + 100, $"a hundred writes more than {before} are acknowledged");
    }

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(connections);
    }

    /// <summary>Every key holds what was acknowledged last, read through each node.</summary>
    public async Task VerifyAsync()
    {
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, keys.Length), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (key, stop) =>
        {
            var found = await ReadAsync(cluster.Names[key % cluster.Names.Count], key);
            if (!keys[key].MayHold(found)) wrong.Enqueue($"key{key} holds {found}; {keys[key].Acknowledged} was acknowledged last");
        });
        Assert.Empty(wrong);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        http.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync(int number, int step)
    {
        var node = number;
        for (long n = 1; !stopping.IsCancellationRequested; n++)
        {
            for (var key = number; key < keys.Length && !stopping.IsCancellationRequested; key += step)
            {
                if (!await WriteAsync(cluster.Names[node % cluster.Names.Count], key, n)) node++;
            }
        }
    }

    private async Task<bool> WriteAsync(string node, int key, long n)
    {
        var log = keys[key];
        log.Attempted(n);
        try
        {
            using var value = new StringContent($"{n} {new string('x', ValueBytes)}");
            using var answer = await http.PutAsync(Address(node, key), value);
            if (answer.IsSuccessStatusCode)
            {
                log.Done(n);
                Interlocked.Increment(ref acknowledged);
                return true;
            }

            if (answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests) log.Refused(n);
            else Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // Nobody listens there now, or the answer was lost.
            await AnyNode.AnswersAsync(cluster, http, stopping.Token);
        }

        return false;
    }

    private async Task<long> ReadAsync(string node, int key)
    {
        long found = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await http.GetAsync(Address(node, key));
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) return false;
                if (answer.StatusCode == HttpStatusCode.NotFound) return true;
                var value = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
                found = long.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
                return true;
            },
            $"key{key} is read at {node}");
        return found;
    }

    private Uri Address(string node, int key) => new(cluster.Url(node), $"/v1/kv/key{key}");

    /// <summary>What was written to one key, by its one writer.</summary>
    private sealed class KeyLog
    {
        private readonly HashSet<long> unknown = [];

        public long Acknowledged { get; private set; }

        public void Attempted(long n) => unknown.Add(n);

        public void Refused(long n) => unknown.Remove(n);

        public void Done(long n)
        {
            unknown.Remove(n);
            Acknowledged = n;
        }

        public bool MayHold(long n) => n == Acknowledged || unknown.Contains(n);
    }
}
