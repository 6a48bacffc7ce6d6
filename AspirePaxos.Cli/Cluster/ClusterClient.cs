using System.Diagnostics;
using System.Net;
using AspirePaxos.Launcher;

namespace AspirePaxos.Cli.Cluster;

/// <summary>Sends requests to the nodes over HTTP.</summary>
/// <param name="timeout">How long <see cref="AskAnyAsync"/> goes on.</param>
internal sealed class ClusterClient(FoundCluster found, TimeSpan timeout) : IDisposable
{
    /// <summary>Above what a node allows itself for a request (Paxos:RequestTimeout), so that it is the node that says how it ended.</summary>
    private static readonly TimeSpan patienceWithOne = TimeSpan.FromSeconds(7);

    /// <summary>With the first one that is asked to read, where there is another: a node that stands still takes connections, and nobody has to wait for it.</summary>
    private static readonly TimeSpan patienceWithFirst = TimeSpan.FromSeconds(2);

    /// <summary>A body above it waits until the node asks for it: one that refuses it says why, and need not take it first.</summary>
    private const int LargeBody = 64 << 10;

    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(300);

    /// <summary>With less left nobody is asked again: an attempt that is cut off only makes a known outcome unknown.</summary>
    private static readonly TimeSpan leastTime = TimeSpan.FromSeconds(1);

    // A new connection each: a broken one would make the handler send a request twice without a word.
    private readonly HttpClient http = new(new LostConnections(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }))
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public FoundCluster Found => found;

    /// <summary>Asks one node after another until one answers with more than "not now". A write is sent with an Idempotency-Key, so it may be sent again.</summary>
    /// <param name="path">With its slash, percent-encoded.</param>
    /// <exception cref="CommandFailedException">No node took it, or nobody can tell whether one did.</exception>
    public async Task<Answer> AskAnyAsync(HttpMethod method, string path, CancellationToken stop, byte[]? body = null, IEnumerable<(string, string)>? headers = null)
    {
        var began = Stopwatch.GetTimestamp();
        var write = method != HttpMethod.Get;
        (string, string)[] sent = [.. headers ?? [], .. write ? [("Idempotency-Key", Guid.NewGuid().ToString())] : Array.Empty<(string, string)>()];
        var (mayHaveHappened, lastWords, noNode) = (false, "", "");
        while (true)
        {
            var someoneListens = false;
            foreach (var node in found.Nodes)
            {
                try
                {
                    var left = timeout - Stopwatch.GetElapsedTime(began);
                    if (left <= (lastWords.Length > 0 ? leastTime : TimeSpan.Zero)) throw GaveUp(write && mayHaveHappened, lastWords);
                    var patience = !write && lastWords.Length == 0 && found.Nodes.Count > 1 ? patienceWithFirst : patienceWithOne;
                    var answer = await AskAsync(node, method, path, left < patience ? left : patience, stop, body, sent);
                    if (answer.Status is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests))
                    {
                        if (answer.IsOfNode) return answer;
                        // A proxy that gave up on the node behind it may have passed the request on.
                        mayHaveHappened |= (int)answer.Status >= 500;
                        lastWords = noNode = answer.OfNoNode;
                        continue;
                    }

                    mayHaveHappened |= answer.Status == HttpStatusCode.GatewayTimeout;
                    lastWords = $"{node.Name}: {answer.Problem}";
                    someoneListens = true;
                }
                catch (NoAnswerException nothing)
                {
                    mayHaveHappened |= nothing.WasSent;
                    someoneListens |= nothing.WasSent;
                    lastWords = $"{node.Name} ({node.Address}) {(nothing.WasSent ? "did not answer in time." : "is not reachable.")}";
                }
            }

            if (!someoneListens && !mayHaveHappened) throw found.NoAnswer(noNode);
            await Task.Delay(pause, stop);
        }
    }

    /// <summary>Asks this node, once.</summary>
    /// <exception cref="NoAnswerException">None came.</exception>
    public async Task<Answer> AskAsync(
        NodeAddress node, HttpMethod method, string path, TimeSpan patience, CancellationToken stop, byte[]? body = null, IEnumerable<(string Name, string Value)>? headers = null)
    {
        // The path as it is: nothing is decoded, and no dot segment folded into another key.
        var uri = new Uri(node.Address + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, uri);
        if (body is not null) request.Content = new ByteArrayContent(body);
        request.Headers.ExpectContinue = body?.Length > LargeBody;
        foreach (var (name, value) in headers ?? []) request.Headers.TryAddWithoutValidation(name, value);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        try
        {
            using var response = await http.SendAsync(request, limit.Token);
            var bytes = await response.Content.ReadAsByteArrayAsync(limit.Token);
            var answered = response.Headers.Concat(response.Content.Headers);
            return new(node, response.StatusCode, bytes, answered.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            // A cancellation with a timeout inside is that of connecting: the client has no other timeout.
            var notConnected = e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
                or OperationCanceledException { InnerException: TimeoutException };
            throw new NoAnswerException(node, wasSent: !notConnected, e);
        }
    }

    public void Dispose() => http.Dispose();

    private static CommandFailedException GaveUp(bool mayHaveHappened, string lastWords) => mayHaveHappened
        ? new(ExitCode.Unknown, $"Whether the write happened is unknown. {lastWords}", "Read the key before you write again. See how the nodes are: paxos status.")
        : new(ExitCode.Unavailable, $"No node could do it in time. {lastWords}", "Nothing was changed. See how the nodes are: paxos status; or wait longer: --timeout SECONDS.");
}

/// <param name="wasSent">The request may have reached the node.</param>
internal sealed class NoAnswerException(NodeAddress node, bool wasSent, Exception inner)
    : Exception($"{node.Name} ({node.Address}) {(wasSent ? "did not answer" : "is not reachable")}", inner)
{
    public bool WasSent => wasSent;

    public NodeAddress Node => node;
}
