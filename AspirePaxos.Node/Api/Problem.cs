using System.Globalization;
using System.Text.Json;

namespace AspirePaxos.Node.Api;

/// <summary>A refusal as RFC 9457 problem details. The type is stable: clients decide by it, people read title and detail.</summary>
/// <param name="Name">The last part of the type.</param>
/// <param name="RetryAfter">Seconds; null where repeating the same request is no use or not safe.</param>
/// <param name="Limit">The value of the limit that was exceeded, where one was.</param>
/// <param name="Revision">The key's present revision, where a condition on it failed.</param>
internal sealed record Problem(int Status, string Name, string Title, string Detail, int? RetryAfter = null, long? Limit = null, long? Revision = null)
{
    public const string TypePrefix = "https://aspirepaxos.dev/problems/";

    public static readonly Problem NotProposed = new(
        StatusCodes.Status503ServiceUnavailable, "not-proposed", "The write was not proposed",
        "No leader could take it in time; it has not happened and will not. Send it again.", RetryAfter: 1);

    public static readonly Problem OutcomeUnknown = new(
        StatusCodes.Status504GatewayTimeout, "outcome-unknown", "The outcome of the write is unknown",
        "It may have happened, or may yet. Repeat it only with the same Idempotency-Key, or read the key first.");

    public static readonly Problem ReadNotConfirmed = new(
        StatusCodes.Status503ServiceUnavailable, "read-not-confirmed", "The read could not be confirmed by a quorum",
        "Send it again, or ask with ?consistency=local on /v1/kv for what this replica knows.", RetryAfter: 1);

    public static readonly Problem WritesWaiting = new(
        StatusCodes.Status429TooManyRequests, "overloaded", "Too many writes wait",
        "Nothing was proposed. Send it again later.", RetryAfter: 1);

    public static readonly Problem KeyReused = new(
        StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused", "The Idempotency-Key was used with another request",
        "Nothing was changed. Use a new Idempotency-Key for every request that is not a repetition.");

    public static readonly Problem Recovering = new(
        StatusCodes.Status503ServiceUnavailable, "recovering", "This node recovers from the loss of its data directory",
        "Nothing was done. Send it to another node, or again later.", RetryAfter: 5);

    public static readonly Problem Ending = new(
        StatusCodes.Status503ServiceUnavailable, "ending", "This node was asked to end",
        "Nothing was done. Send it to another node.", RetryAfter: 1);

    public static Problem Stopped(string reason) => new(
        StatusCodes.Status503ServiceUnavailable, "stopped", "This replica may not serve", reason + " Send the request to another node.");

    public static Problem Invalid(string detail) => new(StatusCodes.Status400BadRequest, "invalid-request", "The request is not valid", detail);

    public static Problem BadPath(string detail) => new(
        StatusCodes.Status400BadRequest, "invalid-path", "The path cannot carry this key",
        detail + " Send such a key in a body: POST /store/set with {\"key\":\"…\",\"value\":\"…\"}.");

    public static Problem Overloaded(int limit) => new(
        StatusCodes.Status429TooManyRequests, "overloaded", "Too many requests are in flight",
        $"This node works on {limit} requests of clients at a time (Paxos:MaxRequestsInFlight). Nothing was done; send it again later.", RetryAfter: 1, Limit: limit);

    public static Problem TooManyIdempotencyKeys(int limit) => new(
        StatusCodes.Status429TooManyRequests, "idempotency-keys-exhausted", "Too many Idempotency-Keys are remembered",
        $"At most {limit} are remembered at a time (Paxos:MaxIdempotencyKeys). Nothing was changed; send it again later.", RetryAfter: 10, Limit: limit);

    public static Problem TooManyStreams(int limit) => new(
        StatusCodes.Status429TooManyRequests, "overloaded", "Too many streams are open",
        $"This node serves {limit} streams of rounds at a time. Close one, or ask GET /v1/rounds.", RetryAfter: 5, Limit: limit);

    public static Problem KeyTooLong(int limit, bool inPath) => new(
        inPath ? StatusCodes.Status414UriTooLong : StatusCodes.Status413PayloadTooLarge, "key-too-long", "The key is too long",
        $"A key has at most {limit} bytes in UTF-8 (Paxos:MaxKeyBytes).", Limit: limit);

    public static Problem ValueTooLarge(int limit) => new(
        StatusCodes.Status413PayloadTooLarge, "value-too-large", "The value is too large",
        $"A value has at most {limit} bytes (Paxos:MaxValueBytes).", Limit: limit);

    public static Problem BodyTooLarge(int limit) => new(
        StatusCodes.Status413PayloadTooLarge, "body-too-large", "The request body is too large",
        $"The body of this request has at most {limit} bytes.", Limit: limit);

    public static Problem BodyOfUnknownLength(int limit) => new(
        StatusCodes.Status411LengthRequired, "length-required", "The length of the request body is needed",
        $"This path needs no body. Send none, or one with a Content-Length of at most {limit} bytes.", Limit: limit);

    /// <summary>What the server found wrong with a request while its body was read.</summary>
    public static Problem OfBadRequest(BadHttpRequestException refused, int limit) => refused.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => BodyTooLarge(limit),
        StatusCodes.Status408RequestTimeout => new(
            refused.StatusCode, "body-too-slow", "The request body came too slowly", "Nothing was done. Send it again over a faster connection, or a smaller one."),
        _ => Invalid($"The body could not be read: {refused.Message}") with { Status = refused.StatusCode },
    };

    public static Problem NotFound(string detail) => new(StatusCodes.Status404NotFound, "not-found", "There is nothing here", detail);

    public static Problem NoSuchKey { get; } = new(StatusCodes.Status404NotFound, "no-such-key", "There is no such key", "The key has no value.");

    public static Problem ConditionFailed(long revision) => new(
        StatusCodes.Status412PreconditionFailed, "condition-failed", "The condition does not hold",
        revision == 0 ? "The key does not exist. Nothing was changed." : $"The key is at revision {revision}. Nothing was changed.", Revision: revision);

    /// <summary>For an answer that carries a status and nothing else.</summary>
    public static Problem OfStatus(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status404NotFound => NotFound("GET / lists what this node serves."),
        StatusCodes.Status405MethodNotAllowed => new(
            status, "method-not-allowed", "This path does not take this method", $"{request.Method} is not served here; the Allow header lists what is."),
        StatusCodes.Status500InternalServerError => new(status, "internal-error", "The node failed to answer", "Its log says why."),
        _ => new(status, "refused", "The request was refused", $"The server refused the request with status {status}."),
    };

    public Task WriteAsync(HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = Status;
        response.ContentType = "application/problem+json";
        if (RetryAfter is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (Revision is > 0 and { } revision) response.Headers.ETag = ETags.Of(revision);
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ProblemBody(TypePrefix + Name, Title, Status, Detail, Limit, Revision), ApiJson.Plain.ProblemBody);
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }
}
