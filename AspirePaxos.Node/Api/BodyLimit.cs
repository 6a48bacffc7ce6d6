using Microsoft.AspNetCore.Http.Features;

namespace AspirePaxos.Node.Api;

/// <summary>
/// What an endpoint does with a body. Nearly all take none: there a small one is passed over, and a larger one, or one of unknown length,
/// is refused before anything else happens. Those that take a body have a limit of their own.
/// </summary>
internal sealed record BodyLimit(bool Taken)
{
    /// <summary>Bytes that may come where no body is wanted: some clients send an empty form or object with everything.</summary>
    public const int Unwanted = 64 << 10;

    public static readonly BodyLimit NoBody = new(false);
    public static readonly BodyLimit Body = new(true);

    /// <summary>Null where the request may go on. Endpoints for other replicas carry no limit of this kind, and are left to themselves.</summary>
    public static Problem? Check(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>() is not { Taken: false }) return null;
        if (http.Request.ContentLength is { } length) return length > Unwanted ? Problem.BodyTooLarge(Unwanted) : null;
        return http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true ? Problem.BodyOfUnknownLength(Unwanted) : null;
    }
}
