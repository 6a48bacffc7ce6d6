using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AspirePaxos.Web.Nodes;

/// <summary>The HTTP interface of one node.</summary>
/// <param name="name">As service discovery knows it.</param>
/// <param name="address">Where the node was said to be: for people; requests ask service discovery.</param>
public sealed class NodeClient(string name, Uri address, HttpClient http)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(3);

    /// <summary>Longer than a node itself takes to give up.</summary>
    private static readonly TimeSpan ForWrites = TimeSpan.FromSeconds(7);

    private readonly Uri root = new($"http://{name}/");

    public string Name => name;

    /// <summary>For a link; null where only other containers could follow it.</summary>
    public Uri? Page => address.IsLoopback ? address : null;

    public Task<NodeStatus> StatusAsync(CancellationToken cancellation) => GetAsync("v1/status", NodeJson.Default.NodeStatus, Quick, cancellation);

    /// <param name="valueBytes">Of each value so much, and not the rest.</param>
    public Task<LogPage> LogAsync(long from, int limit, int valueBytes, CancellationToken cancellation) =>
        GetAsync($"v1/log?from={Text(from)}&limit={limit}&valueBytes={valueBytes}", NodeJson.Default.LogPage, Usual, cancellation);

    /// <param name="after">The last key of the page before.</param>
    /// <param name="local">What this node knows, at no cost to the others, instead of the latest.</param>
    /// <param name="valueBytes">Of each value so much, and not the rest.</param>
    public Task<KeyPage> KeysAsync(string prefix, string? after, int limit, int valueBytes, bool local, CancellationToken cancellation) => GetAsync(
        $"v1/kv?prefix={Uri.EscapeDataString(prefix)}&limit={limit}&valueBytes={valueBytes}{(after is null ? "" : "&after=" + Uri.EscapeDataString(after))}{(local ? "&consistency=local" : "")}",
        NodeJson.Default.KeyPage, Usual, cancellation);

    /// <param name="filter">More of the query: <c>&amp;slot=17</c>.</param>
    public Task<RoundPage> RoundsAsync(int limit, string filter, CancellationToken cancellation) =>
        GetAsync($"v1/rounds?limit={limit}{filter}", NodeJson.Default.RoundPage, Usual, cancellation);

    /// <returns>Null where the node has no fault endpoints: they are off.</returns>
    public async Task<NodeFaults?> FaultsAsync(CancellationToken cancellation)
    {
        try
        {
            return await GetAsync("v1/faults", NodeJson.Default.NodeFaults, Quick, cancellation);
        }
        catch (HttpRequestException absent) when (absent.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task<Answer> SetFaultsAsync(NodeFaults faults, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Put, "v1/faults", Usual, JsonContent.Create(faults, NodeJson.Default.NodeFaults), cancellation);

    public Task<Answer> HealAsync(CancellationToken cancellation = default) => SendAsync(HttpMethod.Delete, "v1/faults", Usual, null, cancellation);

    /// <summary>No answer is the answer.</summary>
    public Task<Answer> CrashAsync(CancellationToken cancellation = default) => SendAsync(HttpMethod.Get, "crash", Usual, null, cancellation);

    public Task<Answer> ReadAsync(string key, CancellationToken cancellation = default) => SendAsync(HttpMethod.Get, PathOf(key), ForWrites, null, cancellation);

    /// <summary>Also again, and also to another node: it is done once.</summary>
    /// <param name="limit">Afterwards its outcome is unknown; null: later than a node itself gives up.</param>
    public async Task<Answer> WriteAsync(KeyWrite write, TimeSpan? limit = null, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(write.Value is null ? HttpMethod.Delete : HttpMethod.Put, new Uri(root, PathOf(write.Key)));
        if (write.Value is { } value) request.Content = new ByteArrayContent(value);
        request.Headers.Add("Idempotency-Key", write.IdempotencyKey);
        if (write.Revision == 0) request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        else if (write.Revision is { } expected) request.Headers.IfMatch.Add(new($"\"{Text(expected)}\""));
        return await SendAsync(request, limit ?? ForWrites, cancellation);
    }

    /// <summary>Rounds as they end, and once a second how many there were; ends when the node does.</summary>
    /// <returns>Each a <see cref="Round"/> or a <see cref="RoundRate"/>.</returns>
    public async IAsyncEnumerable<object> RoundStreamAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, "v1/rounds/stream"));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in SseParser.Create(stream, Parse).EnumerateAsync(cancellation))
        {
            if (item.Data is { } data) yield return data;
        }
    }

    private static object? Parse(string type, ReadOnlySpan<byte> data) => type switch
    {
        "round" => JsonSerializer.Deserialize(data, NodeJson.Default.Round),
        "rate" => JsonSerializer.Deserialize(data, NodeJson.Default.RoundRate),
        _ => null,
    };

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, TimeSpan limit, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ending.CancelAfter(limit);
        using var response = await http.GetAsync(new Uri(root, path), HttpCompletionOption.ResponseHeadersRead, ending.Token);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException(Refusal(response, await response.Content.ReadAsByteArrayAsync(ending.Token)), null, response.StatusCode);
        return await response.Content.ReadFromJsonAsync(type, ending.Token) ?? throw new JsonException($"{name} answers {path} with null.");
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, TimeSpan limit, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(root, path)) { Content = content };
        return await SendAsync(request, limit, cancellation);
    }

    private async Task<Answer> SendAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ending.CancelAfter(limit);
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var response = await http.SendAsync(request, ending.Token);
            var body = await response.Content.ReadAsByteArrayAsync(ending.Token);
            return new(
                response.StatusCode, body, Answer.SlotOf(response.Headers), Answer.RevisionOf(response.Headers),
                response.IsSuccessStatusCode ? "" : Refusal(response, body), Stopwatch.GetElapsedTime(started));
        }
        catch (Exception silent) when (silent is HttpRequestException or SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return new(null, [], 0, 0, Trouble.Of(silent), Stopwatch.GetElapsedTime(started));
        }
    }

    private static string Refusal(HttpResponseMessage response, byte[] body)
    {
        try
        {
            if (response.Content.Headers.ContentType?.MediaType == "application/problem+json"
                && JsonSerializer.Deserialize(body, NodeJson.Default.ProblemBody) is { Title: { } title } problem)
            {
                return $"{title}. {problem.Detail}".TrimEnd();
            }
        }
        catch (JsonException)
        {
            // Not what it says it is: its status has to do.
        }

        return $"It answered {(int)response.StatusCode}.";
    }

    /// <summary>Escaped to the last byte: a key such as <c>a/../b</c> must arrive as it is.</summary>
    private static string PathOf(string key)
    {
        var path = new StringBuilder("v1/kv/");
        foreach (var b in Encoding.UTF8.GetBytes(key))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_') path.Append((char)b);
            else path.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return path.ToString();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
