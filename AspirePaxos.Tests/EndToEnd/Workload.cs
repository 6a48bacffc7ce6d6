using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using AspirePaxos.Launcher;
using AspirePaxos.Simulation.Linearizability;
using AspirePaxos.Tests.Conventions;
using AspirePaxos.Tests.Launcher;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>
/// Clients that write, read and delete through every node over HTTP, each operation recorded as it was answered. Half of what they
/// write goes to keys of their own, never written twice, so that every acknowledged write can be looked for at the end. A client
/// stays with its node while it answers.
/// </summary>
internal sealed class Workload : IAsyncDisposable
{
    private const int SharedKeys = 8;

    /// <summary>So long a client sends a request again and again, where it does.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(15);

    private readonly ICluster cluster;
    private readonly string readQuery;
    private readonly string prefix;
    private readonly bool retries;
    private readonly int[] nodes;
    private readonly ConcurrentQueue<Operation> operations = new();
    private readonly ConcurrentQueue<Operation> failures = new();
    private readonly ConcurrentDictionary<string, string> acknowledged = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient http = new(new LostConnections(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) })) { Timeout = TimeSpan.FromSeconds(2) };
    private readonly Task[] clients;

    private int repetitions;

    private Workload(ICluster cluster, int count, string readQuery, string prefix, bool retries)
    {
        this.cluster = cluster;
        this.readQuery = readQuery;
        this.prefix = prefix;
        this.retries = retries;
        nodes = [.. Enumerable.Range(0, count)];
        clients = [.. Enumerable.Range(0, count).Select(client => Task.Run(() => RunAsync(client)))];
    }

    /// <summary>Writes that were answered with success so far.</summary>
    public int Acknowledged => acknowledged.Count;

    /// <summary>The longest time without any acknowledged write so far. For the message of a test, never its verdict.</summary>
    public TimeSpan LongestGap { get; private set; }

    /// <summary>What was asked so far, however it was answered.</summary>
    public int Operations => operations.Count;

    /// <summary>Operations that were answered neither at once nor, with retries, in the time that a client takes for them.</summary>
    public IReadOnlyCollection<Operation> Failures => failures;

    /// <summary>How often a request was sent again.</summary>
    public int Repetitions => repetitions;

    /// <summary>From the first request of an operation to its last answer. Like <see cref="LongestGap"/> no verdict.</summary>
    public TimeSpan LongestOperation => operations.Select(done => Stopwatch.GetElapsedTime(done.Call, done.Return!.Value)).DefaultIfEmpty().Max();

    /// <param name="readQuery">Behind the key of each recorded read, as <c>?consistency=leased</c>.</param>
    /// <param name="prefix">Of all keys: those of another workload on the same cluster are not touched.</param>
    /// <param name="retries">
    /// What is not answered with success is sent again, to the next node and with the same Idempotency-Key, for a bounded time. It is one
    /// operation of the history, from the first request to the last answer.
    /// </param>
    public static Workload Start(ICluster cluster, int clients = 12, string readQuery = "", string prefix = "", bool retries = false) =>
        new(cluster, clients, readQuery, prefix, retries);

    /// <summary>Ends the clients and checks all that they saw.</summary>
    public async Task VerifyAsync()
    {
        await StopAsync();
        foreach (var (key, value) in acknowledged)
        {
            Assert.Equal(value, await ReadAsync(key));
        }

        new RecordedHistory(SourceTree.Artifacts("histories")).AssertLinearizable(new History([.. operations]));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        http.Dispose();
        stopping.Dispose();
    }

    /// <summary>Ends the clients, each after the operation that it is at.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(clients);
    }

    private async Task RunAsync(int client)
    {
        var random = new Random(client);
        var last = Stopwatch.GetTimestamp();
        for (var i = 0; !stopping.IsCancellationRequested; i++)
        {
            var shared = $"{prefix}shared-{random.Next(SharedKeys)}";
            var kind = random.Next(10) switch { < 4 => OperationKind.Get, 4 => OperationKind.Delete, _ => OperationKind.Put };
            var own = kind == OperationKind.Put && random.Next(2) == 0;
            var key = own ? $"{prefix}own-{client}-{i}" : shared;
            var value = kind == OperationKind.Put ? $"{client}-{i}" : null;
            var done = await OperateAsync(client, kind, key, value, retries && kind != OperationKind.Get ? $"{prefix}{client}-{i}" : null);
            operations.Enqueue(done);
            if (done is { Outcome: OperationOutcome.Ok, Kind: OperationKind.Put })
            {
                if (own) acknowledged[key] = value!;
                LongestGap = Stopwatch.GetElapsedTime(last) is var gap && gap > LongestGap ? gap : LongestGap;
                last = Stopwatch.GetTimestamp();
            }
        }
    }

    private async Task<Operation> OperateAsync(int client, OperationKind kind, string key, string? value, string? idempotencyKey)
    {
        var call = Stopwatch.GetTimestamp();
        for (var uncertain = false; ;)
        {
            var done = await AskAsync(client, cluster.Names[nodes[client] % cluster.Names.Count], kind, key, value, idempotencyKey);
            if (done.Outcome is OperationOutcome.Ok or OperationOutcome.NotFound) return done with { Call = call };
            nodes[client]++;
            uncertain |= done.Outcome == OperationOutcome.Unknown;
            await AnyNode.AnswersAsync(cluster, http, stopping.Token);
            if (!retries || Stopwatch.GetElapsedTime(call) > patience)
            {
                done = done with { Call = call, Outcome = uncertain ? OperationOutcome.Unknown : done.Outcome };
                failures.Enqueue(done);
                return done;
            }

            Interlocked.Increment(ref repetitions);
        }
    }

    private async Task<Operation> AskAsync(int client, string node, OperationKind kind, string key, string? value, string? idempotencyKey)
    {
        var call = Stopwatch.GetTimestamp();
        var (outcome, observed, revision) = (OperationOutcome.Unknown, value, (long?)null);
        try
        {
            using var request = new HttpRequestMessage(Method(kind), new Uri(cluster.Url(node), $"/v1/kv/{key}{(kind == OperationKind.Get ? readQuery : "")}"));
            if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
            if (value is not null) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(value));
            using var answer = await http.SendAsync(request);
            outcome = OutcomeOf(answer.StatusCode);
            if (outcome == OperationOutcome.Ok && kind == OperationKind.Get) observed = await answer.Content.ReadAsStringAsync();
            if (outcome == OperationOutcome.Ok && answer.Headers.ETag is { } tag)
            {
                revision = long.Parse(tag.Tag.Trim('"'), CultureInfo.InvariantCulture);
            }
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            // HttpClient sends a request without a body again, unseen, when its connection breaks: the last attempt was refused,
            // an earlier one may have arrived.
            outcome = kind == OperationKind.Delete ? OperationOutcome.Unknown : OperationOutcome.Refused;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // The answer was lost: it may have happened.
        }

        return new Operation(client, key, kind, observed, default, call, Stopwatch.GetTimestamp(), outcome, revision);
    }

    /// <summary>503 asks for another attempt; anything else but the value is a lost write.</summary>
    private async Task<string> ReadAsync(string key)
    {
        var value = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await http.GetAsync(new Uri(cluster.Url(cluster.Names[0]), $"/v1/kv/{key}"));
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) return false;
                Assert.True(answer.IsSuccessStatusCode, $"{key} was acknowledged; reading it: {answer.StatusCode}");
                value = await answer.Content.ReadAsStringAsync();
                return true;
            },
            $"{key} is read");
        return value;
    }

    private static HttpMethod Method(OperationKind kind) => kind switch
    {
        OperationKind.Get => HttpMethod.Get,
        OperationKind.Delete => HttpMethod.Delete,
        _ => HttpMethod.Put,
    };

    private static OperationOutcome OutcomeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent => OperationOutcome.Ok,
        HttpStatusCode.NotFound => OperationOutcome.NotFound,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => OperationOutcome.Refused,
        HttpStatusCode.GatewayTimeout => OperationOutcome.Unknown,
        _ => throw new InvalidOperationException($"an answer that the interface does not know: {(int)status}"),
    };
}
