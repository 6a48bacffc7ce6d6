using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using AspirePaxos.Cli.Cluster;
using AspirePaxos.Launcher;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Cli.Load;

/// <summary>One request to one node, never repeated: for load, whose outcomes are counted or checked.</summary>
internal sealed class LoadClient : IDisposable
{
    private readonly HttpClient http = new(new LostConnections(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), UseProxy = false })) { Timeout = TimeSpan.FromSeconds(10) };

    /// <param name="value">Of a put.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<Reply> SendAsync(NodeAddress node, OperationKind kind, string key, string? value, OperationCondition condition, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(Method(kind), node.Address + Commands.Keys.Path(key));
        if (value is not null) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(value));
        if (condition.Kind == OperationConditionKind.RevisionIs) request.Headers.TryAddWithoutValidation("If-Match", string.Create(CultureInfo.InvariantCulture, $"\"{condition.Revision}\""));
        var call = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await http.SendAsync(request, stop);
            var body = kind == OperationKind.Get && answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(stop) : value;
            return new(OutcomeOf(answer.StatusCode), call, Stopwatch.GetTimestamp(), Why(answer.StatusCode), body, RevisionOf(answer));
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError)
        {
            // HttpClient sends a request without a body again, unseen, when its connection breaks: the last attempt was refused,
            // an earlier one may have arrived.
            return new(kind == OperationKind.Delete ? OperationOutcome.Unknown : OperationOutcome.Refused, call, Stopwatch.GetTimestamp(), "no connection", value, null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return new(OperationOutcome.Unknown, call, Stopwatch.GetTimestamp(), "no answer", value, null);
        }
    }

    public void Dispose() => http.Dispose();

    private static string Why(HttpStatusCode status) => ((int)status).ToString(CultureInfo.InvariantCulture);

    private static HttpMethod Method(OperationKind kind) => kind switch
    {
        OperationKind.Get => HttpMethod.Get,
        OperationKind.Delete => HttpMethod.Delete,
        _ => HttpMethod.Put,
    };

    private static OperationOutcome OutcomeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.OK or HttpStatusCode.NoContent => OperationOutcome.Ok,
        HttpStatusCode.NotFound => OperationOutcome.NotFound,
        HttpStatusCode.PreconditionFailed => OperationOutcome.ConditionFailed,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => OperationOutcome.Refused,
        HttpStatusCode.GatewayTimeout => OperationOutcome.Unknown,
        _ => throw new CommandFailedException(ExitCode.WrongUsage, $"A node answered {(int)status}, which a node of AspirePaxos does not.", "Check the addresses: --endpoints or PAXOS_ENDPOINTS."),
    };

    /// <summary>Where a condition failed the present one, 0 for no such key.</summary>
    private static long? RevisionOf(HttpResponseMessage answer)
    {
        if (answer.StatusCode == HttpStatusCode.PreconditionFailed) return answer.Headers.ETag is { } tag ? long.Parse(tag.Tag.Trim('"'), CultureInfo.InvariantCulture) : 0;
        return answer.IsSuccessStatusCode && answer.Headers.TryGetValues("Paxos-Revision", out var values) ? long.Parse(values.First(), CultureInfo.InvariantCulture) : null;
    }
}

/// <param name="Call">Of <see cref="Stopwatch"/>, as <paramref name="Return"/>.</param>
/// <param name="Why">The status, or what happened instead of an answer.</param>
/// <param name="Value">Written or read.</param>
/// <param name="Revision">Null where the answer does not say.</param>
internal readonly record struct Reply(OperationOutcome Outcome, long Call, long Return, string Why, string? Value, long? Revision)
{
    public TimeSpan Took => Stopwatch.GetElapsedTime(Call, Return);

    /// <summary>The node did not do it; another one may.</summary>
    public bool Failed => Outcome is OperationOutcome.Refused or OperationOutcome.Unknown;
}
